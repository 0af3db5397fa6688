import type { InboundConfig, Language } from "@agentcall/contract";

type Spoken = Exclude<Language, "auto">;

/** What is said where a number has no words of its own, and by what it goes on where it has no first message. */
const texts: Readonly<Record<Spoken, { readonly disclosure: string; readonly greeting: string }>> =
  {
    en: { disclosure: "This call is being recorded.", greeting: "How can I help you?" },
    es: { disclosure: "Esta llamada se está grabando.", greeting: "¿En qué puedo ayudarle?" },
    fr: { disclosure: "Cet appel est enregistré.", greeting: "Comment puis-je vous aider ?" },
    de: {
      disclosure: "Dieses Gespräch wird aufgezeichnet.",
      greeting: "Wie kann ich Ihnen helfen?",
    },
    it: { disclosure: "Questa chiamata viene registrata.", greeting: "Come posso aiutarla?" },
    pt: { disclosure: "Esta chamada está a ser gravada.", greeting: "Como posso ajudar?" },
    nl: { disclosure: "Dit gesprek wordt opgenomen.", greeting: "Hoe kan ik u helpen?" },
    ja: { disclosure: "この通話は録音されています。", greeting: "ご用件をお伺いします。" },
    ko: { disclosure: "이 통화는 녹음됩니다.", greeting: "무엇을 도와드릴까요?" },
    zh: { disclosure: "本次通话将被录音。", greeting: "请问有什么可以帮您？" },
    hi: {
      disclosure: "यह कॉल रिकॉर्ड की जा रही है।",
      greeting: "मैं आपकी क्या सहायता कर सकता हूँ?",
    },
    ar: { disclosure: "هذه المكالمة مسجلة.", greeting: "كيف يمكنني مساعدتك؟" },
  };

/**
 * By these a sentence tells that it is recorded. Word forms that mean something else are left out:
 * "your medical records" discloses nothing, and a disclosure too many harms nobody.
 */
const mentions = [
  /\brecord(?:ed|ing)\b/iu,
  /\bgrab(?:ad[ao]|ando|ación|amos|ará|a)\b|\bse graba/iu,
  /\benregistr(?:é|ée|és|ées|ement|ons|er)(?!\p{L})/iu,
  /aufgezeichnet|aufzeichn|aufgenommen|mitgeschnitten/iu,
  /\bregistra(?:ta|to|te|ti|zione|ndo|re)\b/iu,
  /\bgravad[ao]s?\b|\bgravação\b|\bgravando\b/iu,
  /\bopgenomen\b|\bopname\b/iu,
  /録音|录音|錄音|녹음/u,
  /रिकॉर्ड/u,
  /تسجيل|مسجل|تسجل/u,
];

/** "This call is not recorded" discloses the contrary. */
const denials =
  /\b(?:not|never)\s+(?:be(?:ing)?\s+)?record|n[i']e?c?h?t\s+(?:aufgezeichnet|aufgenommen|mitgeschnitten)|\bno (?:se )?(?:est[áa] )?grab|\bpas enregistr|\bnon (?:viene |è )?registra|\bnão (?:está a ser |é |será )?grava|\bniet opgenomen/iu;

/** Whether a text tells its hearer that the call is recorded, in any of our languages. */
export function mentionsRecording(text: string): boolean {
  return mentions.some((mention) => mention.test(text)) && !denials.test(text);
}

/**
 * The first message of a call that is recorded: the caller hears of it before anything else. The
 * number's own words are left as they are where they tell it already. Never null, for what must be
 * said is not left to the agent's own words.
 */
export function disclosedFirstMessage({
  firstMessage,
  language,
  recording,
}: Pick<InboundConfig, "firstMessage" | "language" | "recording">): string {
  if (firstMessage !== null && mentionsRecording(firstMessage)) return firstMessage;
  const usual = texts[language === "auto" ? "en" : language];
  return `${recording.disclosure ?? usual.disclosure} ${firstMessage ?? usual.greeting}`;
}
