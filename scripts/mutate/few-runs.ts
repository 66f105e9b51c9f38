import fc from 'fast-check';

/** A change that only the hundredth random example notices should have a test of its own. */
fc.configureGlobal({ numRuns: 20 });
