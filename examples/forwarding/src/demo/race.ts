import { runDemo } from '../../../shared/src/demo/run.js';
import { RACE } from './demos.js';

await runDemo(RACE);
