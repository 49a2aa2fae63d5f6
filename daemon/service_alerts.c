// SPDX-License-Identifier: MIT
#include "service.h"

#include "base/log.h"

#include <stdio.h>

void service_alerts_queued(void *data)
{
    struct service *service = data;
    if (service->delivery != NULL)
        alert_delivery_wake(service->delivery);
}

static void lend_journal(void *context, void (*work)(struct journal *journal, void *data),
                         void (*done)(void *data), void *data)
{
    struct service *service = context;
    pipeline_with_journal(service->pipeline, work, done, data);
}

static void mirror_deliveries(void *context)
{
    struct service *service = context;
    pipeline_mirror_deliveries(service->pipeline);
}

static void alert_about(void *context, const struct alert_event *event, utc_us now)
{
    struct service *service = context;
    pipeline_alert(service->pipeline, event, now);
}

static void webhook_news(void *context, const char *webhook, enum alert_delivery_news news,
                         const char *reason)
{
    (void)context;
    switch (news) {
    case DELIVERY_NEWS_UNUSABLE:
        log_event(LOG_EVENT_WEBHOOK_UNUSABLE, webhook,
                  "webhook %s cannot be used until this is mended: %s", webhook, reason);
        break;
    case DELIVERY_NEWS_FAILING:
        log_event(LOG_EVENT_WEBHOOK_FAILING, webhook, "webhook %s takes no alerts: %s", webhook,
                  reason);
        break;
    case DELIVERY_NEWS_DISABLED:
        log_event(LOG_EVENT_WEBHOOK_DISABLED, webhook,
                  "webhook %s answered 410 and gets no more alerts until "
                  "`skywitness webhook enable %s`",
                  webhook, webhook);
        break;
    case DELIVERY_NEWS_RECOVERED:
        log_event(LOG_EVENT_WEBHOOK_RECOVERED, webhook, "webhook %s takes alerts again", webhook);
        break;
    }
}

void service_start_alerts(struct service *service)
{
    const struct alert_delivery_settings settings = {
        .loop = &service->loop,
        .http = service->http,
        .with_journal = lend_journal,
        .mirror = mirror_deliveries,
        .alert = alert_about,
        .on_news = webhook_news,
        .context = service,
    };
    char path[512];
    struct error error;
    service->delivery = alert_delivery_new(&settings, service->config);
    snprintf(path, sizeof path, "%s/" CONTROL_SOCKET_NAME, service->state_directory);
    if (alert_control_open(&service->loop, path, service->delivery, &service->control, &error) < 0)
        log_warning("`skywitness webhook replay` and `enable` cannot reach this daemon: %s",
                    error.message);
    alert_delivery_wake(service->delivery);
}
