// SPDX-License-Identifier: MIT
#include "store/resolve.h"

#include "base/memory.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#define LIST_LENGTH_MAX 4096
#define HOST_SIZE 256
#define PORT_SIZE 32

struct resolve {
    uv_loop_t *loop;
    uv_getaddrinfo_t request;
    struct conninfo *conninfo; // NULL once abandoned
    void (*on_done)(void *data, const struct error *error);
    void *data;
    char *hosts, *ports;   // libpq's comma lists, owned
    const char *next_host; // what is still to be looked up
    size_t index;          // of the one under way
    char host[HOST_SIZE];  // the one under way
    struct text host_list, port_list, address_list;
    struct error error; // of the last name that failed
};

// The string's value, else what libpq would take from its environment or service file.
static char *effective_value(const struct conninfo *conninfo, const char *keyword)
{
    const char *given = conninfo_get(conninfo, keyword);
    if (given != NULL && given[0] != '\0')
        return memory_copy_string(given);
    char *value = NULL;
    PQconninfoOption *options = PQconndefaults();
    for (PQconninfoOption *option = options; option != NULL && option->keyword != NULL; option++)
        if (strcmp(option->keyword, keyword) == 0 && option->val != NULL && option->val[0] != '\0')
            value = memory_copy_string(option->val);
    PQconninfoFree(options);
    return value;
}

static bool is_literal(const char *host)
{
    struct in6_addr address;
    return host[0] == '\0' || host[0] == '/' || host[0] == '@' ||
           inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

// Item `index` of a comma list, or the only one for every index. Empty when there is none.
static void list_item(const char *list, size_t index, char *item, size_t size)
{
    bool is_single = list == NULL || strchr(list, ',') == NULL;
    for (size_t i = 0; !is_single && i < index && list != NULL; i++) {
        list = strchr(list, ',');
        list = list != NULL ? list + 1 : NULL;
    }
    text_copy_bytes(item, size, list != NULL ? list : "", list != NULL ? strcspn(list, ",") : 0);
}

bool resolve_is_needed(const struct conninfo *conninfo)
{
    AUTO_FREE char *hosts = effective_value(conninfo, "host");
    AUTO_FREE char *addresses = effective_value(conninfo, "hostaddr");
    if (hosts == NULL || addresses != NULL)
        return false;
    for (const char *at = hosts;; at++) {
        char host[HOST_SIZE];
        text_copy_bytes(host, sizeof host, at, strcspn(at, ","));
        if (!is_literal(host))
            return true;
        at = strchr(at, ',');
        if (at == NULL)
            return false;
    }
}

static void free_resolve(struct resolve *resolve)
{
    free(resolve->hosts);
    free(resolve->ports);
    text_done(&resolve->host_list);
    text_done(&resolve->port_list);
    text_done(&resolve->address_list);
    free(resolve);
}

static void add_address(struct resolve *resolve, const char *address)
{
    char port[PORT_SIZE];
    list_item(resolve->ports, resolve->index, port, sizeof port);
    const char *comma = resolve->host_list.length > 0 ? "," : "";
    text_append_format(&resolve->host_list, "%s%s", comma, resolve->host);
    text_append_format(&resolve->port_list, "%s%s", comma, port);
    text_append_format(&resolve->address_list, "%s%s", comma, address);
}

static void finish(struct resolve *resolve)
{
    const struct error *error = &resolve->error;
    if (resolve->address_list.length > 0 && !resolve->address_list.failed &&
        !resolve->host_list.failed && !resolve->port_list.failed) {
        conninfo_set(resolve->conninfo, "host", resolve->host_list.bytes);
        conninfo_set(resolve->conninfo, "port", resolve->port_list.bytes);
        conninfo_set(resolve->conninfo, "hostaddr", resolve->address_list.bytes);
        error = NULL;
    } else if (resolve->error.code == 0) {
        error_set(&resolve->error, -EINVAL, "too many database hosts");
    }
    resolve->on_done(resolve->data, error);
    free_resolve(resolve);
}

static bool look_up_next(struct resolve *resolve);

static void on_addresses(uv_getaddrinfo_t *request, int status, struct addrinfo *addresses)
{
    struct resolve *resolve = request->data;
    if (resolve->conninfo == NULL) {
        uv_freeaddrinfo(addresses);
        free_resolve(resolve);
        return;
    }
    if (status < 0)
        error_set(&resolve->error, -EHOSTUNREACH, "looking up \"%s\": %s", resolve->host,
                  uv_strerror(status));
    for (const struct addrinfo *one = addresses; one != NULL; one = one->ai_next) {
        char address[INET6_ADDRSTRLEN];
        if (getnameinfo(one->ai_addr, one->ai_addrlen, address, sizeof address, NULL, 0,
                        NI_NUMERICHOST) == 0)
            add_address(resolve, address);
    }
    uv_freeaddrinfo(addresses);
    resolve->index++;
    if (!look_up_next(resolve))
        finish(resolve);
}

// Goes on to the next name that has to be looked up. False when there is none left.
static bool look_up_next(struct resolve *resolve)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    while (resolve->next_host != NULL) {
        const char *comma = strchr(resolve->next_host, ',');
        text_copy_bytes(resolve->host, sizeof resolve->host, resolve->next_host,
                        strcspn(resolve->next_host, ","));
        resolve->next_host = comma != NULL ? comma + 1 : NULL;
        if (!is_literal(resolve->host)) {
            int status = uv_getaddrinfo(resolve->loop, &resolve->request, on_addresses,
                                        resolve->host, NULL, &hints);
            if (status == 0)
                return true;
            error_set(&resolve->error, -EHOSTUNREACH, "looking up \"%s\": %s", resolve->host,
                      uv_strerror(status));
        } else {
            // A socket's folder has no address: libpq then takes the host.
            bool is_address = strchr("/@", resolve->host[0]) == NULL;
            add_address(resolve, is_address ? resolve->host : "");
        }
        resolve->index++;
    }
    return false;
}

struct resolve *resolve_start(uv_loop_t *loop, struct conninfo *conninfo,
                              void (*on_done)(void *data, const struct error *error), void *data)
{
    struct resolve *resolve = memory_allocate_zeroed(1, sizeof *resolve);
    resolve->loop = loop;
    resolve->conninfo = conninfo;
    resolve->on_done = on_done;
    resolve->data = data;
    resolve->hosts = effective_value(conninfo, "host");
    resolve->ports = effective_value(conninfo, "port");
    resolve->next_host = resolve->hosts;
    resolve->request.data = resolve;
    text_init(&resolve->host_list, LIST_LENGTH_MAX);
    text_init(&resolve->port_list, LIST_LENGTH_MAX);
    text_init(&resolve->address_list, LIST_LENGTH_MAX);
    if (look_up_next(resolve))
        return resolve;
    finish(resolve);
    return NULL;
}

void resolve_abandon(struct resolve *resolve)
{
    if (resolve == NULL)
        return;
    resolve->conninfo = NULL;
    uv_cancel((uv_req_t *)&resolve->request);
}
