// The sidebar and the pages are made by `npm run docs` (packages/verification/src/site).
import { siteConfig } from '../../packages/verification/src/site/vitepress.js';

export default siteConfig();
