// What a user signed in with, as far as the `User-Agent` of their browser says.

export interface Device {
  kind: 'phone' | 'tablet' | 'computer' | 'program';
  /** The name of the browser, or of another program; null if it isn't known. */
  name: string | null;
  /** The operating system; null if it isn't known. */
  system: string | null;
}

// Browsers claim to be older ones as well: the more specific comes first.
const BROWSERS: [RegExp, string][] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\b(OPR|OPT|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bDuckDuckGo\//, 'DuckDuckGo'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|Chromium|HeadlessChrome|CriOS)\//, 'Chrome'],
  [/\bVersion\/.+\bSafari\//, 'Safari'],
];

const SYSTEMS: [RegExp, string, Device['kind']][] = [
  [/\biPhone\b|\biPod\b/, 'iPhone', 'phone'],
  [/\biPad\b/, 'iPad', 'tablet'],
  [/\bAndroid\b.*\bMobile\b/, 'Android', 'phone'],
  [/\bAndroid\b/, 'Android', 'tablet'],
  [/\bWindows\b/, 'Windows', 'computer'],
  [/\bCrOS\b/, 'ChromeOS', 'computer'],
  [/\bMac OS X\b|\bMacintosh\b/, 'Mac', 'computer'],
  [/\bLinux\b|\bX11\b/, 'Linux', 'computer'],
];

/** Reads a `User-Agent`. Programs other than browsers are named by their first word: `curl`. */
export function deviceOf(agent: string | null): Device {
  const text = agent ?? '';
  const [, system = null, kind = 'computer'] = SYSTEMS.find(([sign]) => sign.test(text)) ?? [];
  const browser = BROWSERS.find(([sign]) => sign.test(text))?.[1] ?? null;
  const program = text.match(/^(?!Mozilla\/)[\w.-]+/)?.[0] ?? null;
  if (browser !== null || system !== null || program === null) return { kind, name: browser, system };
  return { kind: 'program', name: program, system: null };
}
