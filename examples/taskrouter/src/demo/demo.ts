import { runDemo } from '../../../shared/src/demo/run.js';
import { QUEUE } from './queue-demo.js';

await runDemo(QUEUE);
