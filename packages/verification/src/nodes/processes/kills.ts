// The writer runs on the same Node as this program: it uses its execPath.
import { killSqlite } from '../../prove/sqlite-crashes.js';

const writer = new URL('./writer.mjs', import.meta.url).href;
const { kills, acked, lost, problems } = await killSqlite({ times: 20, seed: 1, writer, driver: 'node:sqlite' });
console.log(JSON.stringify({ kills, acked, lost }));
process.exit(lost + problems.length === 0 ? 0 : 1);
