// Text to the words that search compares: without case, accents and signs, Greek spelt out.
// generator/papershelf/folding.py does the same where the index is made; a test runs both over all texts of the shelf.

const NAMES =
  "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon " +
  "phi chi psi omega";
/** @type {Map<string, string>} */
const LETTERS = new Map([
  ...NAMES.split(" ").map((name, number) => /** @type {[string, string]} */ ([String.fromCodePoint(0x3b1 + number), name])),
  ["ß", "ss"], ["æ", "ae"], ["œ", "oe"], ["ø", "o"], ["ł", "l"], ["đ", "d"], ["ð", "d"], ["þ", "th"], ["ı", "i"],
  ["\u2010", "-"], ["\u00ad", ""],
]);
const WORD_OF_ITS_OWN = /^[\u3040-\u30ff\u3400-\u9fff]/;
const WORD = /([\p{L}\p{N}]+)(?:-(?=([\p{L}\p{N}]+)))?/gu;

/** What each character becomes, found out when it is first met. @type {Map<string, string>} */
const known = new Map();

/** @param {string} character */
function foldedCharacter(character) {
  let kept = "";
  for (const one of character.normalize("NFKD").toLowerCase()) if (!/\p{M}/u.test(one)) kept += LETTERS.get(one) ?? one;
  if (WORD_OF_ITS_OWN.test(kept)) kept = ` ${kept} `;
  known.set(character, kept);
  return kept;
}

/** A text as search compares it. @param {string} text */
export function folded(text) {
  return text.toLowerCase().replace(/[^\x00-\x7f]/gu, one => known.get(one) ?? foldedCharacter(one));
}

/**
 * The words of a text in their order, each with the one that a hyphen joins to it, if one does.
 * @param {string} text
 * @returns {[string, string][]}
 */
export function words(text) {
  // The same in a quarter of the time, for the many texts that allow it.
  if (/^[\x00-\x7f]*$/.test(text)) {
    const found = text.toLowerCase().match(/[a-z0-9]+(?:-(?=[a-z0-9]))?/g) ?? [];
    return found.map((word, at) => {
      if (!word.endsWith("-")) return [word, ""];
      const alone = word.slice(0, -1), next = found[at + 1];
      return [alone, alone + (next.endsWith("-") ? next.slice(0, -1) : next)];
    });
  }
  return Array.from(folded(text).matchAll(WORD), ([, word, joined = ""]) => [word, joined && word + joined]);
}

/**
 * A text cut into words and what stands between them, in turns and beginning with what stands before the first word.
 * Each word of the text as it is printed: it may be several once it is folded.
 * @param {string} text
 */
export function pieces(text) {
  return text.split(/([\p{L}\p{N}\p{M}]+)/u);
}
