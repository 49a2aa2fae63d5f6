// SPDX-License-Identifier: MIT
// Two scales that are kept apart. Likelihood: how probable it is that what the clause asserts
// happened (ICD 203, seven bands). Confidence: how good the sources and the reasoning behind that
// judgement are. And the Admiralty code (AJP-2.1), which rates a report's source and its
// information separately.
#pragma once

#include "claim/words.h"

#include <stdbool.h>

enum likelihood {
    LIKELIHOOD_NONE, // no judgement: nothing was seen that bears on it
    LIKELIHOOD_ALMOST_NO_CHANCE,
    LIKELIHOOD_VERY_UNLIKELY,
    LIKELIHOOD_UNLIKELY,
    LIKELIHOOD_ROUGHLY_EVEN,
    LIKELIHOOD_LIKELY,
    LIKELIHOOD_VERY_LIKELY,
    LIKELIHOOD_ALMOST_CERTAIN,
    LIKELIHOOD_COUNT,
};

enum confidence {
    CONFIDENCE_NONE,
    CONFIDENCE_LOW,
    CONFIDENCE_MODERATE,
    CONFIDENCE_HIGH,
    CONFIDENCE_COUNT,
};

const char *likelihood_name(enum likelihood likelihood);  // "very_likely", "none"
const char *likelihood_words(enum likelihood likelihood); // "very likely (80-95 %)", "no judgement"
const char *confidence_name(enum confidence confidence);

// The band that holds a probability: 1-5, 5-20, 20-45, 45-55, 55-80, 80-95, 95-99 % (ICD 203,
// D.6.e.2.a). A border belongs to the band further from even chance; NAN gives none.
enum likelihood likelihood_of_probability(double probability);

// The Admiralty code's second character for information that our evidence was held against: '1'
// confirmed, '2' probably true, '3' possibly true, '4' doubtful, '5' improbable, '6' cannot be
// judged.
char admiralty_information(enum verdict verdict);
const char *admiralty_information_words(char rating);
const char *admiralty_source_words(char rating); // 'A' to 'F'; NULL for anything else
