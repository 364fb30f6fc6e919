import { Routes } from '@angular/router';
import { Board } from './board-screen';

export const routes: Routes = [
  { path: '', pathMatch: 'full', redirectTo: 'board' },
  { path: 'board', title: 'Board · Spymaster', component: Board },
  {
    path: 'setups',
    title: 'Setups · Spymaster',
    loadComponent: async () => (await import('../setup/setups-screen/setups-screen')).SetupsScreen,
  },
  {
    path: 'evaluation',
    title: 'Evaluation · Spymaster',
    loadComponent: async () => (await import('../evaluation/evaluation-screen')).EvaluationScreen,
  },
  { path: 'lake', title: 'Lake · Spymaster', loadComponent: async () => (await import('../lake/lake-screen')).LakeScreen },
  { path: '**', redirectTo: 'board' },
];
