import { runDemo } from '../../../shared/src/demo/run.js';
import { TOUR } from './demos.js';

await runDemo(TOUR);
