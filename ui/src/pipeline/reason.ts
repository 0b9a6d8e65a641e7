import { inLanguage } from '../base/format';
import type { Locale } from '../base/settings';

/** Why a run or job stands as it does: in the reader's language where the server knows it. */
export const reasonOf = (of: { reason: string; why: { zh: string; en: string } | null }, locale: Locale) => of.why ? inLanguage(of.why, locale) : of.reason;
