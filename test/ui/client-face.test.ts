import { cleanup, render } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { clientFace } from '../../renderer/client-face.ts';
import ClientMark from '../../renderer/components/ClientMark.svelte';

const initials = (id: string | null, claimed = '') => clientFace(id, claimed).initials;

describe('clientFace', () => {
  it('has the initials of the name by which people know a client', () => {
    expect(initials(null, 'claude-code')).toBe('CC');
    expect(initials(null, 'Visual Studio Code')).toBe('VC');
    expect(initials(null, 'my client of mine')).toBe('MC');
    expect(initials(null, 'zed')).toBe('Z');
  });

  it('goes by the id where a token proves it, whatever the client says', () => {
    expect(clientFace('nightly-research', 'claude-code')).toEqual(clientFace('nightly-research', 'Cursor'));
    expect(initials('nightly-research', 'claude-code')).toBe('NR');
  });

  it('takes letters and digits of any script, and nothing that is unseen or poses as something else', () => {
    expect(initials(null, 'übersetzer 2')).toBe('Ü2');
    expect(initials(null, 'u\u0308bersetzer')).toBe('Ü');
    expect(initials(null, 'ßtrange')).toBe('S');
    expect(initials(null, '日本 クライアント')).toBe('日ク');
    expect(initials(null, '𝒜bc')).toBe('𝒜');
    expect(initials(null, '✓ allowed')).toBe('A');
  });

  it.each(['', '  ', '✓ ★', '…'])('is a question mark for “%s”', (claimed) => {
    expect(initials(null, claimed)).toBe('?');
  });

  it('has a hue by its name, that tells many apart and is none of a verdict', () => {
    const names = Array.from({ length: 200 }, (_, index) => `client-${index}`);
    const seen = names.map((name) => clientFace(name, '').hue);
    const counts = [...Map.groupBy(seen, (hue) => hue).values()].map(({ length }) => length);
    expect(counts).toHaveLength(6);
    expect(Math.min(...counts)).toBeGreaterThan(10);
    // Red begins at about 10 degrees, amber ends at 90, and green lies around 155.
    expect(Math.min(...seen)).toBeGreaterThan(195);
    expect(Math.max(...seen)).toBeLessThan(350);
    expect(clientFace('codex', '').hue).toBe(clientFace(null, 'codex').hue);
  });
});

describe('ClientMark', () => {
  afterEach(cleanup);

  it('is neither read out nor part of any text, and tells proven from claimed', () => {
    const { container } = render(ClientMark, { id: 'codex', name: 'Codex' });
    render(ClientMark, { target: container, props: { id: null, name: 'Codex' } });
    const marks = [...container.querySelectorAll<HTMLElement>('[data-initials]')];
    expect(marks.map(({ dataset }) => dataset.initials)).toEqual(['C', 'C']);
    expect(marks.map((mark) => mark.getAttribute('aria-hidden'))).toEqual(['true', 'true']);
    expect(marks.map(({ classList }) => classList.contains('proven'))).toEqual([true, false]);
    expect(container.textContent).toBe('');
  });
});
