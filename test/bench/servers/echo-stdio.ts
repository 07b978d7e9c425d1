// Entry: the echo server on standard input and output. It ends with its input.
import { answerTo } from './echo.ts';

let rest = '';
process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  let output = '';
  for (const line of lines) {
    const { answer } = answerTo(line);
    if (answer !== null) output += `${answer}\n`;
  }
  if (output !== '') process.stdout.write(output);
});
