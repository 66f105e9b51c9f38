/** The same address, whatever is asked of retries behind `#`. */
export function isSameAddress(one: string, other: string): boolean {
  return withoutFragment(one) === withoutFragment(other);
}

export function withoutFragment(address: string): string {
  return address.split('#')[0] ?? '';
}
