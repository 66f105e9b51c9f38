/** Runs on every page of the door: passes the part of the address after `#` on, to the form's answer and through "Go on". */
export const DOOR_SCRIPT = `const form = document.querySelector('form');
if (form !== null) {
  const action = form.action;
  const keep = () => {
    form.action = action + location.hash;
  };
  keep();
  addEventListener('hashchange', keep);
}
const again = document.querySelector('#again');
if (again !== null) location.replace(again.href + location.hash);
`;

export const DOOR_STYLE = `:root {
  color-scheme: light dark;
  --ground: light-dark(#f5f6f8, #101318);
  --surface: light-dark(#ffffff, #181c23);
  --line: light-dark(#dfe2e8, #2c323d);
  --field: light-dark(#858c99, #7a8494);
  --ink: light-dark(#171b22, #e9ecf1);
  --soft: light-dark(#565e6c, #a5aebc);
  --accent: light-dark(#2450c8, #8fb0ff);
  --on-accent: light-dark(#ffffff, #0c1220);
  --bad: light-dark(#b0281c, #ff9487);
  --good: light-dark(#12703f, #6fd39b);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; place-items: center; padding: 1rem; background: var(--ground); color: var(--ink); overflow-wrap: anywhere; }
main { width: min(26rem, 100%); padding: clamp(1.25rem, 6vw, 2.25rem); background: var(--surface); border: 1px solid var(--line); border-radius: 14px; }
.brand { display: flex; gap: .6rem; align-items: center; margin: 0 0 1.25rem; font-size: .9rem; color: var(--soft); }
.mark { margin-right: 4px; width: 14px; height: 14px; border-radius: 50%; background: #3f9a66; box-shadow: 7px 0 0 -3px light-dark(#f0b95b, #c8912f); }
h1 { margin: 0 0 1rem; font-size: 1.4rem; line-height: 1.25; letter-spacing: -.01em; }
p { margin: 0 0 .75rem; }
form { display: grid; gap: .4rem; }
label { font-weight: 600; }
input, button, .way { font: inherit; padding: .6rem .75rem; border-radius: 8px; border: 1px solid var(--field); }
input { width: 100%; background: var(--ground); color: inherit; }
input[aria-invalid] { border-color: var(--bad); }
button, .way { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; cursor: pointer; }
button { margin-top: .75rem; }
.way { display: inline-block; margin-top: .5rem; text-decoration: none; }
input:focus-visible, button:focus-visible, .way:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.note { padding: .6rem .75rem; border-left: 4px solid var(--good); border-radius: 6px; background: var(--ground); }
.note.problem { border-left-color: var(--bad); }
p:last-child { margin-bottom: 0; }
`;
