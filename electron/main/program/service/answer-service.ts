// --install-service, --uninstall-service, --print-service: does it, and says in words what was done.
import { removeServiceFile, writeServiceFile } from './service-file.ts';
import type { PlannedService, ServicePlan } from './service-plan.ts';

type ServiceQuestion = 'install' | 'uninstall' | 'print';

export interface ServiceAnswer {
  readonly ok: boolean;
  /** For standard output; may be empty. */
  readonly text: string;
  /** For standard error; may be empty. */
  readonly remark: string;
}

export function answerService(question: ServiceQuestion, planned: PlannedService): ServiceAnswer {
  if (!planned.ok) return failed(planned.message);
  try {
    return arrange(question, planned.plan);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return failed(error.message);
    throw error;
  }
}

function arrange(question: ServiceQuestion, plan: ServicePlan): ServiceAnswer {
  switch (question) {
    case 'print':
      return { ok: true, text: plan.text, remark: `This would be ${plan.file}\n` };
    case 'install':
      return writeServiceFile(plan) === 'foreign' ? leftAlone(plan) : told(installed(plan));
    case 'uninstall':
      switch (removeServiceFile(plan)) {
        case 'foreign':
          return leftAlone(plan);
        case 'none':
          return told(`There is no service: ${plan.file} does not exist.\n`);
        case 'removed':
          return told(`Removed ${plan.file}\nIt runs on until it is stopped:\n\n  ${plan.stop}\n`);
      }
  }
}

function installed({ file, start, hint }: ServicePlan): string {
  return `Wrote ${file}\nStart it with:\n\n  ${start}\n${hint === null ? '' : `\n${hint}\n`}`;
}

function leftAlone({ file }: ServicePlan): ServiceAnswer {
  return failed(`${file} was not written by this program, and is left as it is: move it away first.`);
}

function failed(why: string): ServiceAnswer {
  return { ok: false, text: '', remark: `${why}\n` };
}

function told(text: string): ServiceAnswer {
  return { ok: true, text, remark: '' };
}
