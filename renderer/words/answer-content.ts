// What is said about a server's answer.
import type { AnswerSummary } from '../../electron/shared/answer-summary.ts';
import { bytes, counted } from '../format.ts';
import { visibleText } from '../visible-text.ts';

/** Kinds of content as MCP has them (2025-11-25, server/tools), and what `answer-text.ts` calls the rest. */
const kinds: Readonly<Record<string, string>> = {
  text: 'text',
  image: 'image',
  audio: 'sound',
  resource: 'resource',
  resource_link: 'link to a resource',
  structuredContent: 'structured data',
  blob: 'binary data',
};

/** What it is made of, and whether the tool says that it failed. */
export function partSentence({ isError, parts, cut }: AnswerSummary): string {
  const failed = isError ? 'The tool says that it failed. ' : '';
  if (parts.length === 0) return `${failed}It holds no content.`;
  const named = parts.map(({ type, bytes: size }) => {
    const name = kinds[type] ?? visibleText(type);
    return size === null ? name : `${name} (${bytes(size)})`;
  });
  const parted =
    named.length === 1 ? named.join('') : `${counted(named.length, 'part')}: ${named.join(', ')}`;
  return `${failed}${parted}${cut && parts.length > 1 ? ', and perhaps more' : ''}.`;
}
