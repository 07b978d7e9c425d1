// Says what the launcher does, one line a step, on standard error: standard output belongs to the program.

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;

/**
 * @param {import('node:tty').WriteStream} stream A terminal gets a spinner, anything else plain lines.
 */
export function createProgress(stream = process.stderr) {
  const live = stream.isTTY === true;

  return {
    /** One line of text. */
    note(text) {
      stream.write(`${text}\n`);
    },

    /**
     * Runs `work` and shows its name, the last text it gave to `update`, and the seconds it took.
     * @template T
     * @param {string} name
     * @param {(update: (detail: string) => void) => Promise<T>} work
     * @returns {Promise<T>} What `work` resolves to; its error is passed on.
     */
    async step(name, work) {
      const begun = performance.now();
      const seconds = () => `${((performance.now() - begun) / 1000).toFixed(1)} s`;
      let detail = '';
      const shown = () => (detail === '' ? '' : `${detail}, `);

      let frame = 0;
      const draw = () => {
        stream.write(`\r\x1b[2K${frames[frame++ % frames.length]} ${name} … ${shown()}${seconds()}`);
      };
      const timer = live ? setInterval(draw, frameMs) : undefined;
      if (!live) stream.write(`${name} … `);

      const end = (outcome = '') => {
        clearInterval(timer);
        const line = `${shown()}${seconds()}${outcome}\n`;
        stream.write(live ? `\r\x1b[2K${name} … ${line}` : line);
      };
      try {
        const result = await work((text) => {
          detail = text;
        });
        end();
        return result;
      } catch (error) {
        end(', failed');
        throw error;
      }
    },
  };
}
