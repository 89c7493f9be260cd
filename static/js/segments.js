// How an SMS is cut, as the server counts it: GSM-7 or UCS-2, parts that never split an escaped character.
const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const EXTENSION = new Set("\f^{}\\[~]|€");
const ALPHABETS = { gsm: { single: 160, part: 153 }, ucs: { single: 70, part: 67 } };

function costs(characters, alphabet) {
  if (alphabet === ALPHABETS.gsm) return characters.map((character) => (EXTENSION.has(character) ? 2 : 1));
  return characters.map((character) => character.length);
}

export function segments(text) {
  const characters = [...text];
  const isGsm = characters.every((character) => BASIC.has(character) || EXTENSION.has(character));
  const alphabet = isGsm ? ALPHABETS.gsm : ALPHABETS.ucs;
  const each = costs(characters, alphabet);
  if (each.reduce((sum, cost) => sum + cost, 0) <= alphabet.single) return 1;
  let parts = 1;
  let used = 0;
  for (const cost of each) {
    if (used + cost > alphabet.part) [parts, used] = [parts + 1, 0];
    used += cost;
  }
  return parts;
}
