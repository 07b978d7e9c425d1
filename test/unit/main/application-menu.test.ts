import { describe, expect, it } from 'vitest';
import { applicationMenu } from '../../../electron/main/application-menu.ts';

const text = (platform: NodeJS.Platform, developerTools: boolean) =>
  JSON.stringify(applicationMenu(platform, developerTools));

describe('application menu', () => {
  it.each(['linux', 'win32', 'darwin'] as const)(
    'on %s has what text editing and zooming need',
    (platform) => {
      const menu = text(platform, false);
      for (const role of ['editMenu', 'zoomIn', 'zoomOut', 'resetZoom', 'close'])
        expect(menu).toContain(`"${role}"`);
    },
  );

  it('has developer tools only where they are wanted', () => {
    expect(text('linux', true)).toContain('toggleDevTools');
    expect(text('linux', false)).not.toMatch(/toggleDevTools|reload/);
  });

  it('has a way to quit everywhere', () => {
    expect(text('linux', false)).toContain('"quit"');
    expect(text('darwin', false)).toContain('"appMenu"');
  });
});
