export { PARTS, type Facts, type PartOptions } from './parts.js';
export { ELSEWHERE, PROMISES, type Explored, type Results } from './promises.js';
