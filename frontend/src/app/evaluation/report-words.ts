import { ChangeDetectionStrategy, Component } from '@angular/core';
import { PanelFrame } from '../ui/panel-frame';

/** What the figures mean, and what is claimed with them and what is not. */
@Component({
  selector: 'sp-report-words',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame],
  template: `
    <sp-panel heading="How to read this" [market]="false">
      <ul>
        <li>
          <b>Skill</b> is how much smaller a forecaster’s error is than climatology’s, as a share: 0 is no better than the base rate, +0.01 is one part in
          a hundred better, below 0 is worse. Climatology is the share of each outcome at the same level and approach, from earlier sessions alone.
        </li>
        <li>
          <b>RPS</b>, the ranked probability score, knows that CHOP lies between REJECT and BREAK, so a miss by one class costs less than a miss by two.
          <b>Brier</b> and <b>log loss</b> do not; log loss punishes a confident miss hardest.
        </li>
        <li>
          <b>[low, high]</b> is the interval of a figure. Whole sessions are drawn again, because episodes of one session are not independent; a thousand
          episodes on ten sessions are closer to ten observations.
        </li>
        <li><b>Episode:</b> one visit to a level, forecast once, at a moment fixed in advance. Windows of five seconds are never counted as observations.</li>
        <li>
          <b>Permutation p:</b> how often the same forecaster does as well when whole sessions of features are dealt to the wrong outcomes. The corrected p
          compares with the best of all trials in the ledger.
        </li>
        <li><b>–</b> in a cell: the figure could not be computed from these data.</li>
      </ul>
    </sp-panel>
    <sp-panel heading="What is claimed and what is not" [market]="false">
      <h3>Claimed</h3>
      <ul>
        <li>
          Every forecast was made from sessions before its own, with the embargo between; scaling, climatology and models are fitted on that past alone.
        </li>
        <li>All forecasters were scored on the same episodes under the same protocol; to abstain is to answer climatology.</li>
        <li>
          A claim of skill needs two things: a lower bound above 0 against <b>every</b> reference, and a corrected p below 0.05. Anything less is reported as
          no skill shown.
        </li>
      </ul>
      <h3>Not claimed</h3>
      <ul>
        <li>That a skill pays: no costs, fills, queue or latency are in these figures.</li>
        <li>That no skill exists where none was shown: a skill smaller than the smallest these sessions could show may stay unseen.</li>
        <li>
          That what was shown stays so: sessions are taken to be exchangeable. Where persistent regimes make neighbouring sessions alike, p-values come out
          too small.
        </li>
        <li>That the coverage of the conformal sets holds for one level, one time of day or one session: it is marginal, over all of them.</li>
        <li>That a neighbour is near <em>because</em> of what followed it: similarity is description, not cause.</li>
        <li>That figures from simulated data say anything about a market: they test the method.</li>
      </ul>
    </sp-panel>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
      gap: 10px;
      align-items: start;
    }
    ul {
      margin: 2px 0 6px;
      padding-left: 18px;
    }
    li {
      margin: 4px 0;
      max-width: 80ch;
      text-wrap: pretty;
    }
    h3 {
      margin: 6px 0 2px;
      font-size: 13px;
    }
  `,
})
export class ReportWords {}
