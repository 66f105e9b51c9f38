import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const CORE = 'packages/core/src';

/** The floors of core, the ground first; an import never climbs. Also read from the sources by test/boundaries.test.ts. */
const FLOORS = [['kernel'], ['wire'], ['flows'], ['store'], ['runtime'], ['http', 'twilio']];
const PURE = ['kernel', 'wire', 'flows'];

/** Nothing of the world reaches a decision: time and randomness arrive on the event. */
const WORLD = [
  'Date',
  'performance',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
  'fetch',
  'process',
  'console',
  'Buffer',
  'global',
  'globalThis',
  'require',
];

const OTHER_PACKAGES = {
  regex: '^@amd/(?!core(/|$))',
  message: 'Core is the ground floor of the house: it imports no other package of it.',
};
const BY_ITS_OWN_NAME = {
  regex: '^@amd/core(/|$)',
  message: 'Inside core, import the file itself.',
};
const TWILIO = { regex: '^twilio(/|$)', message: 'Only twilio/ may know the official client.' };

function floorRules(rooms, height) {
  const above = [...FLOORS.slice(height + 1).flat(), 'testing'];
  return rooms.map((room) => ({
    files: [`${CORE}/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            OTHER_PACKAGES,
            BY_ITS_OWN_NAME,
            {
              regex: `^(\\.\\./)+((${above.join('|')})(/|$)|index\\.js$)`,
              message: `${room}/ is on floor ${String(height)}: an import never climbs a floor.`,
            },
            ...(room === 'twilio' ? [] : [TWILIO]),
            ...(PURE.includes(room)
              ? [
                  {
                    regex: '^[^.]',
                    message: `${room}/ is pure: it imports nothing from outside, node: modules included.`,
                  },
                ]
              : []),
          ],
        },
      ],
    },
  }));
}

export default defineConfig(
  globalIgnores(['.planted/**', '**/dist/', '**/coverage/', '**/node_modules/', '**/.stryker-tmp/', 'docs/']),
  {
    linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
  },
  js.configs.recommended,
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          ...['console', 'process', 'Buffer', 'URL', 'URLSearchParams', 'fetch', 'performance', 'structuredClone'],
          ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'],
          ...['AbortController', 'AbortSignal', 'Request', 'Response', 'TextDecoder', 'TextEncoder'],
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': ['error', { fixMixedExportsWithInlineTypeSpecifier: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // It asks for the `!` that no-non-null-assertion forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // What comes from outside is a dictionary, and reads like one: params['CallSid'].
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
    },
  },
  {
    files: ['packages/*/src/**/*.{ts,tsx}'],
    // Programs that print, imported by nobody.
    ignores: ['packages/verification/**'],
    rules: {
      'no-console': 'error',
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'An index is a list of names: name what is exported.' },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
    },
  },
  { files: ['packages/*/src/bin.ts', `${CORE}/runtime/log.ts`], rules: { 'no-console': 'off' } },
  {
    files: [`${CORE}/index.ts`, `${CORE}/internal.ts`, `${CORE}/testing/**/*.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns: [OTHER_PACKAGES, BY_ITS_OWN_NAME, TWILIO] }] },
  },
  ...FLOORS.flatMap(floorRules),
  {
    files: PURE.map((room) => `${CORE}/${room}/**/*.ts`),
    rules: {
      'no-restricted-globals': [
        'error',
        ...WORLD.map((name) => ({ name, message: 'Floors 0 to 2 are pure: what they need arrives on the event.' })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Floors 0 to 2 are pure: the same event decides the same.' },
      ],
    },
  },
  {
    files: ['packages/simulator/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^@amd/(?!simulator$)|/core/src/',
              message: 'The simulator reads Twilio for itself, so that a shared misreading shows as a failing test.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['packages/dashboard/src/page/**/*.{ts,tsx}', 'packages/dashboard/src/shared/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^node:|^@amd/|/server/|/numbers/',
              message: 'This runs in the browser: it shares only shared/ with the server.',
            },
          ],
        },
      ],
      // A text is only ever set as text.
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'An index is a list of names: name what is exported.' },
        {
          selector:
            'JSXAttribute[name.name="dangerouslySetInnerHTML"], MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|srcdoc)$/], CallExpression[callee.property.name=/^(write|writeln|createContextualFragment)$/]',
          message: 'What callers say must never become markup.',
        },
      ],
    },
  },
  {
    // A store or a client is wrapped method by method.
    files: ['packages/verification/**/*.ts'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    files: ['**/test/**/*.ts'],
    rules: {
      // A failed lookup fails the test, which is what a test is for; parsed JSON is compared as a whole.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
