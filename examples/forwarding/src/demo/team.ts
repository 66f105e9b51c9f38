export const OUR_NUMBER = '+14155550199';

/** Whom calls ring once the user plays: edited on the page, played on its phone panel. */
export const TEAM = [
  { to: '+14155550142', name: 'Ann', answers: 'you' },
  { to: '+14155550143', name: 'Ben', answers: 'voicemail' },
  { to: '+14155550144', name: 'Cara', answers: 'human' },
];
