import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  mkdirSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { answerService } from '../../../../../electron/main/program/service/answer-service.ts';
import {
  planService,
  type PlannedService,
  type ServicePlan,
} from '../../../../../electron/main/program/service/service-plan.ts';

function planned(platform: NodeJS.Platform = 'linux'): { service: PlannedService; plan: ServicePlan } {
  const home = mkdtempSync(join(tmpdir(), 'service-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const setup = { name: 'App', executable: '/app', args: ['/x.js'], path: '/bin', stopSeconds: 45 };
  const service = planService(setup, { platform, env: {}, home, uid: 1 });
  if (!service.ok) throw new Error(service.message);
  return { service, plan: service.plan };
}

it('prints what it would write, and writes nothing', () => {
  const { service, plan } = planned();
  const answer = answerService('print', service);
  expect(answer).toMatchObject({ ok: true, text: plan.text });
  expect(answer.remark).toContain(plan.file);
  expect(existsSync(plan.file)).toBe(false);
});

it('installs, and says how it is started; again over what it wrote', () => {
  const { service, plan } = planned();
  for (let times = 0; times < 2; times += 1) {
    const { ok, text } = answerService('install', service);
    expect(ok).toBe(true);
    expect(text).toContain(plan.file);
    expect(text).toContain(plan.start);
  }
  expect(readFileSync(plan.file, 'utf8')).toBe(plan.text);
});

it('removes what it wrote, and what systemd made of it', () => {
  const { service, plan } = planned();
  answerService('install', service);
  const [link = ''] = plan.links;
  mkdirSync(dirname(link));
  symlinkSync(plan.file, link);
  expect(answerService('uninstall', service).text).toContain(plan.stop);
  expect(existsSync(plan.file)).toBe(false);
  expect(() => readFileSync(link)).toThrow('ENOENT');
  expect(answerService('uninstall', service)).toMatchObject({ ok: true });
});

it('leaves alone what it did not write', () => {
  const { service, plan } = planned();
  mkdirSync(dirname(plan.file), { recursive: true });
  writeFileSync(plan.file, '[Service]\n');
  for (const question of ['install', 'uninstall'] as const) {
    expect(answerService(question, service)).toMatchObject({
      ok: false,
      remark: expect.stringContaining(plan.file) as string,
    });
  }
  expect(readFileSync(plan.file, 'utf8')).toBe('[Service]\n');
});

it('makes the folder that launchd writes the log lines to', () => {
  const { service, plan } = planned('darwin');
  answerService('install', service);
  for (const folder of plan.folders) expect(existsSync(folder)).toBe(true);
});

it('knows its own file in the form that Task Scheduler reads', () => {
  const { service } = planned();
  if (!service.ok) throw new Error(service.message);
  const plan = { ...service.plan, encoding: 'utf16le' } as const;
  answerService('install', { ok: true, plan });
  const bytes = readFileSync(plan.file);
  expect([...bytes.subarray(0, 2)]).toEqual([0xff, 0xfe]);
  expect(bytes.toString('utf16le')).toContain('\r\n');
  expect(answerService('uninstall', { ok: true, plan }).text).toContain('Removed');
});

it('says why there can be none, or why a file could not be written', () => {
  expect(answerService('install', { ok: false, message: 'Not here.' })).toEqual({
    ok: false,
    text: '',
    remark: 'Not here.\n',
  });
  const { plan } = planned();
  writeFileSync(join(dirname(dirname(dirname(dirname(plan.file)))), '.config'), '');
  expect(answerService('install', { ok: true, plan })).toMatchObject({
    ok: false,
    remark: expect.stringContaining('.config') as string,
  });
});
