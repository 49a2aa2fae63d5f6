// SPDX-License-Identifier: MIT
#include "store/claim_files.h"

#include "base/memory.h"
#include "claim/read.h"
#include "config/config.h"
#include "config/json_file.h"

static void read_file(struct claim_store *store, const char *path, struct claim_library *library,
                      struct config_problems *problems, struct claim_errors *errors)
{
    cJSON *root = NULL;
    if (json_file_read(path, path, &root, problems) == 0)
        claim_read_file(root, path, claim_store_vocabulary(store), library, errors);
    cJSON_Delete(root);
}

static void append_lines(struct text *problems, const struct text *lines)
{
    if (lines->bytes == NULL || lines->length == 0)
        return;
    text_append(problems, lines->bytes);
    if (lines->bytes[lines->length - 1] != '\n')
        text_append(problems, "\n");
}

size_t claim_files_read(struct claim_store *store, char *const *paths, size_t count,
                        struct claim_library *library, struct text *problems)
{
    struct config_problems syntax;
    struct claim_errors errors;
    config_problems_init(&syntax);
    claim_errors_init(&errors);
    for (size_t i = 0; i < count; i++)
        read_file(store, paths[i], library, &syntax, &errors);
    // A file that was refused leaves others that refer to it hanging: that would be noise.
    if (syntax.count + errors.count == 0)
        claim_check_library(library, claim_store_vocabulary(store), &errors);
    size_t wrong = syntax.count + errors.count;
    append_lines(problems, &syntax.lines);
    append_lines(problems, &errors.lines);
    config_problems_done(&syntax);
    claim_errors_done(&errors);
    if (wrong > 0) {
        claim_library_done(library);
        *library = (struct claim_library){0};
    }
    return wrong;
}

size_t claim_files_read_configured(struct claim_store *store, const struct config *config,
                                   struct claim_library *library, struct text *problems)
{
    size_t reports = config->report_file_count, claims = config->claim_file_count;
    AUTO_FREE char **paths = memory_allocate_zeroed(reports + claims + 1, sizeof *paths);
    for (size_t i = 0; i < reports; i++)
        paths[i] = config->report_files[i];
    for (size_t i = 0; i < claims; i++)
        paths[reports + i] = config->claim_files[i];
    return claim_files_read(store, paths, reports + claims, library, problems);
}
