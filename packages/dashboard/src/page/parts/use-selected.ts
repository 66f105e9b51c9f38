import { useEffect, useState } from 'preact/hooks';

/** Returns the call whose timeline is open, which is part of the address, so that a link to it can be shared. */
export function useSelected(): readonly [string | null, (sid: string | null) => void] {
  const [selected, setSelected] = useState(fromAddress);
  useEffect(() => {
    const changed = (): void => {
      setSelected(fromAddress());
    };
    addEventListener('hashchange', changed);
    return () => {
      removeEventListener('hashchange', changed);
    };
  }, []);
  return [
    selected,
    (sid) => {
      history.replaceState(null, '', sid === null ? location.pathname + location.search : `#call=${sid}`);
      setSelected(sid);
    },
  ];
}

function fromAddress(): string | null {
  return /^#call=(CA[0-9a-f]{32})$/i.exec(location.hash)?.[1] ?? null;
}
