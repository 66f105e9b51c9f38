import { h } from 'vue';
import Theme from 'vitepress/theme';
import HomePicture from './HomePicture.vue';
import './site.css';

export default {
  extends: Theme,
  Layout: () => h(Theme.Layout, null, { 'home-hero-after': () => h(HomePicture) }),
};
