export interface SidebarPage {
  /** Such as `decisions/0001-two-module-systems.md`. */
  readonly path: string;
  readonly title: string;
}

export interface SidebarItem {
  readonly text: string;
  readonly link?: string;
  readonly items?: readonly SidebarItem[];
}

interface Group {
  readonly text: string;
  /** Of paths without `.md`, in the order of the group. */
  readonly pages: readonly RegExp[];
}

/** By what people want. A page that no group has is listed at the end. */
const GROUPS: readonly Group[] = [
  { text: 'Start', pages: [/^overview$/, /^start$/, /^do-you-need-it$/, /^compare$/, /^cost$/] },
  { text: 'With Twilio', pages: [/^first-call$/, /^set-up$/, /^console$/, /^set-up-as-code$/] },
  {
    text: 'Shape your calls',
    pages: [/^options$/, /^answers$/, /^hooks$/, /^ring-plans$/, /^taskrouter$/, /^recipes\/index$/, /^recipes\//],
  },
  { text: 'Where it runs', pages: [/^hosts\/index$/, /^hosts\//] },
  { text: 'Test your app', pages: [/^testing$/, /^packages\/simulator$/] },
  {
    text: 'Operate',
    pages: [
      /^operating$/,
      /^alerts\//,
      /^troubleshooting$/,
      /^faq$/,
      /^packages\/(dashboard|cli)$/,
      /^data-protection$/,
    ],
  },
  { text: 'Stores', pages: [/^build-a-store$/, /^packages\/store-/] },
  { text: 'Move here', pages: [/^migrate$/, /^from-python$/] },
  {
    text: 'Understand it',
    pages: [
      /^how-it-works$/,
      /^glossary$/,
      /^diagrams\/index$/,
      /^diagrams\//,
      /^pitfalls$/,
      /^proof$/,
      /^benchmarks$/,
      /^decisions\/index$/,
    ],
  },
  { text: 'Packages', pages: [/^packages\//] },
];

/** The home page, the reference, and what a listed page lists: files of code, decisions. */
const UNLISTED = /^index$|^reference\/|-ts$|^decisions\/\d/;

export function sidebarOf(pages: readonly SidebarPage[], reference: readonly SidebarItem[]): readonly SidebarItem[] {
  const left = pages.filter(({ path }) => !UNLISTED.test(nameOf(path)));
  const take = ({ pages: patterns }: Pick<Group, 'pages'>): SidebarItem[] =>
    patterns.flatMap((pattern) =>
      left
        .filter(({ path }) => pattern.test(nameOf(path)))
        .map((page) => {
          left.splice(left.indexOf(page), 1);
          return { text: page.title, link: `/${page.path}` };
        }),
    );
  const groups: SidebarItem[] = GROUPS.map(({ text, ...group }) => ({ text, items: take(group) }));
  return [...groups, { text: 'More', items: take({ pages: [/./] }) }, { text: 'Reference', items: reference }].filter(
    ({ items = [] }) => items.length > 0,
  );
}

function nameOf(path: string): string {
  return path.replace(/\.md$/, '');
}
