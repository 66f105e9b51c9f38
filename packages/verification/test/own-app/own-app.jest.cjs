// In Jest as it comes: CommonJS, no flags.
const { expect, test } = require('@jest/globals');
const { CASES, play } = require('./cases.js');

test.each(CASES)('in Jest: $name', async (one) => {
  expect(await play(one)).toEqual(one.expected);
});
