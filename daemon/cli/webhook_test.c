// SPDX-License-Identifier: MIT
// `skywitness webhook test`: one test alert, sent at once and without the daemon.
#include "alert/target.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/options.h"
#include "config/config.h"

#include <signal.h>
#include <string.h>
#include <uv.h>

struct trial {
    struct cli *cli;
    const char *webhook;
    struct http_client *http;
    bool delivered;
};

static void closed(void *data)
{
    (void)data;
}

static void answered(void *data, struct http_response *response)
{
    struct trial *trial = data;
    char reason[DELIVERY_REASON_SIZE];
    target_describe(response, reason, sizeof reason);
    trial->delivered = reason[0] == '\0';
    if (trial->delivered)
        cli_say(trial->cli, "webhook %s took the test alert: HTTP status %ld", trial->webhook,
                response->status);
    else
        cli_say(trial->cli, "webhook %s did not take the test alert: %s", trial->webhook, reason);
    http_client_close(trial->http, closed, NULL);
}

static void send_letter(struct trial *trial, const struct webhook_target *target,
                        const struct target_letter *letter)
{
    uv_loop_t loop;
    struct target_request request;
    struct error error;
    uv_loop_init(&loop);
    trial->http = http_client_new(&loop);
    target_request_init(&request, target, letter);
    if (http_start(trial->http, &request.http, answered, trial, &error) == NULL) {
        cli_say(trial->cli, "webhook %s: %s", trial->webhook, error.message);
        http_client_close(trial->http, closed, NULL);
    }
    target_request_done(&request);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
}

static int send_test(struct cli *cli, const struct config *config,
                     const struct config_webhook *webhook)
{
    struct webhook_target target;
    struct error error;
    if (webhook_target_load(webhook, config->contact, &target, &error) < 0) {
        cli_say(cli, "%s", error.message);
        return EXIT_STATUS_BAD_CONFIGURATION;
    }
    const struct alert_event event = alert_event_of_webhook(ALERT_WEBHOOK_TEST, webhook->id,
                                                            "skywitness webhook test", cli->now);
    struct alert_message message;
    struct text body;
    alert_message_init(&message, &event, config);
    text_init(&body, FORMAT_BODY_BYTES_MAX);
    target.form.url = webhook->url;
    if (webhook_form_write(&target.form, &message, &body))
        text_append(&body, alert_text(&message.document));
    bool has_body = !body.failed && body.length > 0;
    if (!has_body)
        cli_say(cli, "webhook %s: %s", webhook->id, webhook_form_refusal(&target.form));
    struct target_letter letter = {
        .type = alert_type_row(event.type)->name,
        .body = alert_text(&body),
        .body_length = body.length,
        .sent_at = cli->now,
    };
    text_copy(letter.alert_id, sizeof letter.alert_id, message.alert_id);
    struct trial trial = {.cli = cli, .webhook = webhook->id};
    if (has_body)
        send_letter(&trial, &target, &letter);
    text_done(&body);
    alert_message_done(&message);
    webhook_target_done(&target);
    return trial.delivered ? EXIT_STATUS_GOOD : EXIT_STATUS_WANTING;
}

int command_webhook_test(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const struct option_table options = {
        .arguments_min = 1,
        .arguments_max = 1,
        .notes =
            "One try, with the configuration's secret and form, whether or not the webhook is enabled\n"
            "or wants such events. Exit status 1 when it was not taken.",
    };
    const struct config *config;
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    status = cli_config(cli, &config);
    if (status != EXIT_STATUS_GOOD)
        return status;
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < config->webhook_count; i++)
        if (strcmp(config->webhooks[i].id, argv[0]) == 0)
            return send_test(cli, config, &config->webhooks[i]);
    return options_usage(cli, command, "no webhook \"%.40s\" in %s", argv[0], cli_config_path(cli));
}
