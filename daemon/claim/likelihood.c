// SPDX-License-Identifier: MIT
#include "claim/likelihood.h"

#include <math.h>
#include <stddef.h>

static const struct {
    const char *name;
    const char *words;
} likelihoods[LIKELIHOOD_COUNT] = {
    [LIKELIHOOD_NONE] = {"none", "no judgement"},
    [LIKELIHOOD_ALMOST_NO_CHANCE] = {"almost_no_chance", "almost no chance (1-5 %)"},
    [LIKELIHOOD_VERY_UNLIKELY] = {"very_unlikely", "very unlikely (5-20 %)"},
    [LIKELIHOOD_UNLIKELY] = {"unlikely", "unlikely (20-45 %)"},
    [LIKELIHOOD_ROUGHLY_EVEN] = {"roughly_even", "roughly even chance (45-55 %)"},
    [LIKELIHOOD_LIKELY] = {"likely", "likely (55-80 %)"},
    [LIKELIHOOD_VERY_LIKELY] = {"very_likely", "very likely (80-95 %)"},
    [LIKELIHOOD_ALMOST_CERTAIN] = {"almost_certain", "almost certain (95-99 %)"},
};

static const char *const confidences[CONFIDENCE_COUNT] = {"none", "low", "moderate", "high"};

const char *likelihood_name(enum likelihood likelihood)
{
    return likelihood < LIKELIHOOD_COUNT ? likelihoods[likelihood].name : "none";
}

const char *likelihood_words(enum likelihood likelihood)
{
    return likelihood < LIKELIHOOD_COUNT ? likelihoods[likelihood].words : "no judgement";
}

const char *confidence_name(enum confidence confidence)
{
    return confidence < CONFIDENCE_COUNT ? confidences[confidence] : "none";
}

enum likelihood likelihood_of_probability(double probability)
{
    if (isnan(probability))
        return LIKELIHOOD_NONE;
    if (probability <= 0.05)
        return LIKELIHOOD_ALMOST_NO_CHANCE;
    if (probability <= 0.20)
        return LIKELIHOOD_VERY_UNLIKELY;
    if (probability <= 0.45)
        return LIKELIHOOD_UNLIKELY;
    if (probability < 0.55)
        return LIKELIHOOD_ROUGHLY_EVEN;
    if (probability < 0.80)
        return LIKELIHOOD_LIKELY;
    if (probability < 0.95)
        return LIKELIHOOD_VERY_LIKELY;
    return LIKELIHOOD_ALMOST_CERTAIN;
}

char admiralty_information(enum verdict verdict)
{
    static const char ratings[VERDICT_COUNT] = {
        [VERDICT_CORROBORATED] = '1', [VERDICT_CONSISTENT] = '2',   [VERDICT_PARTLY] = '3',
        [VERDICT_NOT_OBSERVED] = '4', [VERDICT_CONTRADICTED] = '5', [VERDICT_UNVERIFIABLE] = '6',
        [VERDICT_PENDING] = '6',      [VERDICT_UNTESTABLE] = '6',
    };
    return verdict < VERDICT_COUNT ? ratings[verdict] : '6';
}

const char *admiralty_information_words(char rating)
{
    static const char *const words[] = {"confirmed by other sources",
                                        "probably true",
                                        "possibly true",
                                        "doubtful",
                                        "improbable",
                                        "cannot be judged"};
    return rating >= '1' && rating <= '6' ? words[rating - '1'] : NULL;
}

const char *admiralty_source_words(char rating)
{
    static const char *const words[] = {"completely reliable", "usually reliable",
                                        "fairly reliable",     "not usually reliable",
                                        "unreliable",          "reliability cannot be judged"};
    return rating >= 'A' && rating <= 'F' ? words[rating - 'A'] : NULL;
}
