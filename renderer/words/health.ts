// The parts of the proxy and how they are, in words.
import type { HealthPart } from '../../electron/shared/health.ts';
import { counted } from '../format.ts';

export const healthStateWords: Readonly<Record<HealthPart['state'], string>> = {
  ok: 'Fine',
  attention: 'Look at this',
  down: 'Broken',
  off: 'Off',
};

const names: Readonly<Record<HealthPart['part'], string>> = {
  policy: 'Policy',
  audit: 'Audit log',
  signing: 'Signature of the log',
  shipping: 'Log to a collector',
  disk: 'Disk space',
  listener: 'Address for clients',
  server: 'Server',
  clients: 'Registered clients',
  config: 'Settings',
  metrics: 'Metrics',
  health: 'Health checks',
};

export function partName({ part, name }: Pick<HealthPart, 'part' | 'name'>): string {
  return name === null ? names[part] : `${names[part]} ${name}`;
}

const needsYou = ({ state }: HealthPart) => state === 'attention' || state === 'down';

/** What is wrong before what is well, each in the order in which it came. */
export function wrongFirst(parts: readonly HealthPart[]): HealthPart[] {
  return parts.toSorted((a, b) => Number(needsYou(b)) - Number(needsYou(a)));
}

/** All of them in one sentence. */
export function healthSummary(parts: readonly HealthPart[]): string {
  const wrong = parts.filter(needsYou);
  if (wrong.length === 0) return 'Every part that is switched on works.';
  return `${counted(wrong.length, 'part needs', 'parts need')} you: ${wrong.map(partName).join(', ')}.`;
}
