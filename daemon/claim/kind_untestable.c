// SPDX-License-Identifier: MIT
// untestable: flight tracks cannot decide it, and the clause says why.
#include "claim/fields.h"
#include "claim/kind.h"

static void read(struct fields *fields, struct clause *clause)
{
    clause->reason = fields_text(fields, "reason", true);
}

static void judge(const struct clause *clause, const struct claim_facts *facts,
                  struct finding *finding)
{
    (void)facts;
    finding->verdict = VERDICT_UNTESTABLE;
    finding_reason(finding, "untestable", NULL, "%s", clause->reason);
    finding_would_change(finding,
                         "Nothing that flight tracks can show; other kinds of sources may.");
}

const struct clause_kind clause_kind_untestable = {
    .name = "untestable",
    .asserts = "something that flight tracks cannot decide",
    .needs = 0,
    .read = read,
    .judge = judge,
};
