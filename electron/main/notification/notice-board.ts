// Where the desktop shows the one notice about calls that wait: each kind of desktop has a board of its own.

/** Their order is that of the buttons. Pressing the notice itself is `show`. */
export type NoticeButton = 'allow' | 'deny' | 'show';

export const buttonWords: Readonly<Record<NoticeButton, string>> = {
  allow: 'Allow once',
  deny: 'Deny',
  show: 'Show…',
};

/** All of it plain text, however the desktop reads it: a board sees to that. */
export interface PostedNotice {
  readonly title: string;
  readonly body: string;
  /** A board that has no buttons leaves them out. */
  readonly buttons: readonly NoticeButton[];
  readonly silent: boolean;
}

export interface NoticeListener {
  /** It can be seen from now on. */
  readonly onShown: () => void;
  readonly onPress: (button: NoticeButton) => void;
  /** Somebody has put it away without pressing anything. */
  readonly onPutAway: () => void;
}

export interface NoticeBoard {
  /** Takes the place of the one before, of which nothing is heard any more. */
  post(notice: PostedNotice, listener: NoticeListener): void;
  takeDown(): void;
  close(): void;
}
