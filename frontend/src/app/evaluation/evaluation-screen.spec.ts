import { ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { Client, ProblemError } from '../api/client';
import { EvaluationScreen } from './evaluation-screen';
import { part, report } from './report.fixture';

const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

function shown(evaluation: () => Promise<unknown>): Promise<ComponentFixture<EvaluationScreen>> {
  const client = {
    get: (path: string) => (path === 'days' ? Promise.resolve({ lake: 'lake', lake_version: '0', roots: ['ES'], days: [] }) : evaluation()),
  };
  TestBed.configureTestingModule({ providers: [provideRouter([]), { provide: Client, useValue: client }] });
  const fixture = TestBed.createComponent(EvaluationScreen);
  return (async () => {
    for (let turn = 0; turn < 3; turn++) {
      fixture.detectChanges();
      await settled();
    }
    fixture.detectChanges();
    return fixture;
  })();
}

describe('the evaluation screen', () => {
  it('says first that retrieval adds nothing, in the largest words of the page', async () => {
    const fixture = await shown(() => Promise.resolve(report()));
    expect(fixture.nativeElement.querySelector('h1').textContent).toBe('Retrieval adds nothing that 40 sessions could show.');
    expect(fixture.nativeElement.querySelector('.sentence').textContent).toBe('No skill shown over 40 sessions.');
    expect(fixture.nativeElement.querySelector('header').textContent).toContain('SYNTHETIC');
  });

  it('shows the parts that the server sends, in their order, and lists them', async () => {
    const fixture = await shown(() =>
      Promise.resolve(report({ parts: [part('skill', { title: 'Skill' }), part('ledger', { title: 'Trial ledger' })] })),
    );
    const titles = (selector: string): string[] =>
      [...fixture.nativeElement.querySelectorAll(selector)].map((one: HTMLElement) => one.textContent?.trim() ?? '');
    expect(titles('nav a')).toEqual(['Skill', 'Trial ledger']);
    expect(titles('sp-report-section h2')).toEqual(['Skill', 'Trial ledger']);
  });

  it('real data are not marked', async () => {
    const fixture = await shown(() => Promise.resolve(report({ synthetic: false })));
    expect(fixture.nativeElement.querySelector('header').textContent).not.toContain('SYNTHETIC');
  });

  it('without an evaluation it gives the command that makes one', async () => {
    const refusal = {
      code: 'no_evaluation' as const,
      message: 'ES has not been evaluated in this lake.',
      fix: 'spymaster evaluate --symbol ES --out report.html',
    };
    const fixture = await shown(() => Promise.reject(new ProblemError(404, refusal)));
    expect(fixture.nativeElement.querySelector('code').textContent).toBe('spymaster evaluate --symbol ES --out report.html');
    expect(fixture.nativeElement.querySelector('[role=alert]')).toBeNull();
  });

  it('a failure can be tried again', async () => {
    let tries = 0;
    const failure = new ProblemError(500, { code: 'internal', message: 'It broke.', fix: null });
    const fixture = await shown(() =>
      ++tries === 1 ? Promise.reject(failure) : Promise.resolve(report({ headline: 'Retrieval adds something.' })),
    );
    fixture.nativeElement.querySelector('[role=alert] button').click();
    await settled();
    fixture.detectChanges();
    expect(fixture.nativeElement.querySelector('h1').textContent).toBe('Retrieval adds something.');
  });
});
