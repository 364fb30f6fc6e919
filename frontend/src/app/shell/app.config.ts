import { ApplicationConfig } from '@angular/core';
import { provideRouter } from '@angular/router';
import { routes } from './routes';

/** The browser's own report of uncaught errors is left as it is: Angular's would also log a chart that settles its size in two frames as an error. */
export const appConfig: ApplicationConfig = { providers: [provideRouter(routes)] };
