// SPDX-License-Identifier: MIT
#include "net/endpoint.h"

#include "base/text.h"
#include "net/address_guard.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

// A part of the URL, owned by libcurl; NULL where there is none.
static char *part_of(CURLU *parsed, CURLUPart part)
{
    char *value = NULL;

    return curl_url_get(parsed, part, &value, 0) == CURLUE_OK ? value : NULL;
}

static bool has_part(CURLU *parsed, CURLUPart part)
{
    char *value = part_of(parsed, part);
    bool has = value != NULL;

    curl_free(value);
    return has;
}

// "localhost" and names below it never leave the machine (RFC 6761, 6.3).
static bool is_localhost(const char *host)
{
    size_t length = strlen(host);

    return strcmp(host, "localhost") == 0 ||
           (length > 10 && strcmp(host + length - 10, ".localhost") == 0);
}

static int read_host(CURLU *parsed, struct endpoint *endpoint, struct error *error)
{
    char *host = part_of(parsed, CURLUPART_HOST);
    char *port = part_of(parsed, CURLUPART_PORT);
    const char *own_port = endpoint->plain_http ? "80" : "443";
    bool fits = false, public = true;

    if (host != NULL && host[0] != '\0') {
        bool says_port = port != NULL && strcmp(port, own_port) != 0;
        fits = snprintf(endpoint->host, sizeof endpoint->host, "%s%s%s", host, says_port ? ":" : "",
                        says_port ? port : "") < (int)sizeof endpoint->host;
        text_to_lower(endpoint->host);
        text_to_lower(host);
        if (address_literal_is_public(host, &public) != 0)
        public = !is_localhost(host);
        endpoint->names_private = !public;
    }
    curl_free(host);
    curl_free(port);
    return fits ? 0 : error_set(error, -EINVAL, "the URL has no usable host");
}

static int read_parts(CURLU *parsed, struct endpoint *endpoint, struct error *error)
{
    char *scheme = part_of(parsed, CURLUPART_SCHEME);
    bool https = scheme != NULL && strcmp(scheme, "https") == 0;

    endpoint->plain_http = scheme != NULL && strcmp(scheme, "http") == 0;
    curl_free(scheme);
    if (!https && !endpoint->plain_http)
        return error_set(error, -EINVAL, "the URL is neither https nor http");
    if (has_part(parsed, CURLUPART_USER) || has_part(parsed, CURLUPART_PASSWORD))
        return error_set(error, -EINVAL, "a user or password in a URL ends in logs");
    return read_host(parsed, endpoint, error);
}

int endpoint_parse(const char *url, struct endpoint *ret_endpoint, struct error *error)
{
    struct endpoint endpoint = {0};
    CURLU *parsed = curl_url();
    CURLUcode code =
        parsed == NULL ? CURLUE_OUT_OF_MEMORY : curl_url_set(parsed, CURLUPART_URL, url, 0);
    int result = code == CURLUE_OK
                     ? read_parts(parsed, &endpoint, error)
                     : error_set(error, -EINVAL, "not a URL: %s", curl_url_strerror(code));

    curl_url_cleanup(parsed);
    if (result == 0)
        *ret_endpoint = endpoint;
    return result;
}

struct endpoint_permission endpoint_permission(const struct endpoint *endpoint, bool local)
{
    return (struct endpoint_permission){
        .plain_http = local || endpoint->plain_http,
        .private_addresses = local || endpoint->plain_http || endpoint->names_private,
    };
}
