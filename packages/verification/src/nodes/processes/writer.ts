import '../../prove/processes/sqlite-writer.js';
