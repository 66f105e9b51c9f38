const PROBLEMS = {
  none: '',
  wrong: 'That is not the password.',
  throttled: 'Too many tries. Wait a few minutes, then try again.',
  ended: 'You are logged out.',
} as const;

export type LoginProblem = keyof typeof PROBLEMS;

/** The log-in form. Needs no script, and has nothing in it that anybody chose. */
export function loginPage(problem: LoginProblem): string {
  const text = PROBLEMS[problem];
  const said = text === '' ? '' : `<p id="problem" role="alert">${text}</p>`;
  const described = text === '' ? '' : ' aria-describedby="problem"';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Log in · Calls</title>
<link rel="stylesheet" href="login.css">
</head>
<body>
<main>
<h1>Calls</h1>
<form method="post" action="login">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus${described}>
${said}
<button type="submit">Log in</button>
</form>
</main>
</body>
</html>
`;
}

export const LOGIN_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f6f7f9, #14171c); color: light-dark(#1b1f26, #e8eaee); }
main { box-sizing: border-box; width: min(22rem, 100vw); padding: 2rem; }
h1 { margin: 0 0 1.5rem; font-size: 1.5rem; }
form { display: grid; gap: .5rem; }
label { font-weight: 600; }
input, button { font: inherit; padding: .6rem .75rem; border-radius: .5rem; border: 1px solid light-dark(#8a919e, #6b7280); }
input { background: light-dark(#fff, #1c2027); color: inherit; }
button { margin-top: .5rem; background: #1d4ed8; border-color: #1d4ed8; color: #fff; font-weight: 600; cursor: pointer; }
input:focus-visible, button:focus-visible { outline: 3px solid light-dark(#1d4ed8, #93b4ff); outline-offset: 2px; }
#problem { margin: 0; color: light-dark(#b42318, #ff9a8f); }
`;
