// SPDX-License-Identifier: MIT
#include "claim/claimreview.h"

#define BEST_RATING 5
#define WORST_RATING 1

static const struct {
    int rating;
    const char *heading;
} verdicts[VERDICT_COUNT] = {
    [VERDICT_CONTRADICTED] = {1, "Contradicted by flight tracks"},
    [VERDICT_NOT_OBSERVED] = {2, "Looked for and not observed"},
    [VERDICT_PARTLY] = {3, "Partly borne out by flight tracks"},
    [VERDICT_CONSISTENT] = {4, "Consistent with flight tracks"},
    [VERDICT_CORROBORATED] = {5, "Corroborated by flight tracks"},
    [VERDICT_UNVERIFIABLE] = {0, "Not verifiable with the coverage there was"},
    [VERDICT_PENDING] = {0, "Not decided yet"},
    [VERDICT_UNTESTABLE] = {0, "Not testable with flight tracks"},
};

int claimreview_rating(enum verdict verdict)
{
    return verdict < VERDICT_COUNT ? verdicts[verdict].rating : 0;
}

const char *claimreview_heading(enum verdict verdict)
{
    return verdict < VERDICT_COUNT ? verdicts[verdict].heading : "";
}

static void write_member(struct text *text, const char *before, const char *key, const char *value)
{
    text_append(text, before);
    text_append_json_string(text, key);
    text_append(text, ":");
    text_append_json_string(text, value);
}

static void write_article(const struct report *report, struct text *text)
{
    text_append(text, "{\"@type\":\"CreativeWork\"");
    if (report->title != NULL)
        write_member(text, ",", "headline", report->title);
    if (report->url != NULL)
        write_member(text, ",", "url", report->url);
    if (report->published_text[0] != '\0')
        write_member(text, ",", "datePublished", report->published_text);
    write_member(text, ",\"publisher\":{\"@type\":\"Organization\",", "name", report->publisher);
    text_append(text, "}}");
}

// The earliest of the claim's reports, NULL when none has a date.
static const struct report *first_report(const struct claim *claim,
                                         const struct claim_library *library)
{
    const struct report *first = NULL;
    array_foreach (&claim->reports, id) {
        const struct report *report = claim_library_report(library, id->text);
        bool dated = report != NULL && report->published != UTC_UNKNOWN;
        if (dated && (first == NULL || report->published < first->published))
            first = report;
    }
    return first;
}

static void write_item(const struct claim *claim, const struct claim_library *library,
                       struct text *text)
{
    bool any = false;
    const struct report *first = first_report(claim, library);
    text_append(text, ",\"itemReviewed\":{\"@type\":\"Claim\"");
    if (first != NULL) {
        write_member(text, ",\"author\":{\"@type\":\"Organization\",", "name", first->publisher);
        write_member(text, "},", "datePublished", first->published_text);
        text_append(text, ",\"firstAppearance\":");
        write_article(first, text);
    }
    text_append(text, ",\"appearance\":[");
    array_foreach (&claim->reports, id) {
        const struct report *report = claim_library_report(library, id->text);
        if (report == NULL)
            continue;
        text_append(text, any ? "," : "");
        write_article(report, text);
        any = true;
    }
    text_append(text, "]}");
}

static void write_rating(const struct claimreview *review, struct text *text)
{
    int rating = claimreview_rating(review->verdict);
    text_append(text, ",\"reviewRating\":{\"@type\":\"Rating\"");
    if (rating > 0)
        text_append_format(text, ",\"ratingValue\":%d,\"bestRating\":%d,\"worstRating\":%d", rating,
                           BEST_RATING, WORST_RATING);
    write_member(text, ",", "alternateName", claimreview_heading(review->verdict));
    write_member(text, ",", "ratingExplanation", review->summary);
    text_append(text, "}");
}

void claimreview_write(const struct claimreview *review, const struct claim_library *library,
                       struct text *text)
{
    text_append(text, "{\"@context\":\"https://schema.org\",\"@type\":\"ClaimReview\"");
    write_member(text, ",", "claimReviewed", review->claim->statement);
    write_member(text, ",", "datePublished", review->date_reviewed);
    write_member(text, ",\"author\":{\"@type\":\"Organization\",", "name", review->author);
    text_append(text, "}");
    if (review->url != NULL)
        write_member(text, ",", "url", review->url);
    if (review->synthetic)
        write_member(text, ",", "disambiguatingDescription",
                     "Rests on synthetic data: an example, not a finding.");
    write_item(review->claim, library, text);
    write_rating(review, text);
    text_append(text, "}");
}
