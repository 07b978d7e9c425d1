// Labels of metrics: as many values as the bound allows, and no more.
import { expect, it } from 'vitest';
import { boundedLabels, OTHER } from '../../../../electron/gateway/observability/bounded-labels.ts';

it('lets the first values stand for themselves, and keeps them', () => {
  const label = boundedLabels(2);
  expect(['a', 'b', 'c', 'a', 'd', 'b'].map(label)).toEqual(['a', 'b', OTHER, 'a', OTHER, 'b']);
});
