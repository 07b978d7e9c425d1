// Says on the desktop what keeps calls from being recorded: nobody may be looking at the window while all are denied.
import { Notification } from 'electron';
import type { Logger } from '../../gateway/ports.ts';
import type { Problem } from '../../shared/domain.ts';
import { noticeText } from './one-line.ts';
import { createUrgentProblems } from './urgent-problems.ts';

/** Characters; desktops cut longer ones where they like. */
const LONGEST_BODY = 300;

export interface ProblemNotifier {
  show(problems: readonly Problem[]): void;
  close(): void;
}

/** One notification for each such problem, once until it is over. The window has what else there is to know. */
export function createProblemNotifier(onClick: () => void, logger: Logger): ProblemNotifier {
  const urgent = createUrgentProblems();
  /** What is not referred to would lose its click. */
  let shown: Notification | null = null;

  return {
    show(problems) {
      const [newest] = urgent.newAmong(problems);
      if (newest === undefined || !Notification.isSupported()) return;
      shown?.close();
      shown = new Notification({
        title: noticeText(newest.message, LONGEST_BODY),
        body: noticeText(newest.remedy, LONGEST_BODY),
        urgency: 'critical',
      });
      shown.on('click', onClick);
      shown.on('failed', (_event, error) => logger.info('notification.failed', { error }));
      shown.show();
    },
    close() {
      shown?.close();
    },
  };
}
