/* SPDX-License-Identifier: MIT */
/* status as JSON. */
#include "config.h"

#include <string.h>

#include "cli/json.h"
#include "cli/status.h"
#include "nic/key.h"

static json_t *json_differences(const struct job *job, const struct view *view)
{
	json_t *list = json_array();
	const struct key *key;
	size_t i;

	for (i = 0; (key = key_at(i)); i++)
		if (view->differs & NIC_BIT(key->field))
			json_array_append_new(
				list, json_pack("{s:s, s:o, s:o}", "key", key->name, "is",
						json_value(key, &job->found.nic), "configured",
						json_value(key, job->plan.target)));
	return list;
}

static json_t *json_users(const struct job *job, const struct users *users)
{
	json_t *list = json_array();
	const struct user *user;
	size_t at = 0;

	while ((user = users_next(users, &at, job->name, job->net)))
		json_array_append_new(list, json_pack("{s:o, s:i}", "comm", json_text(user->comm),
						      "pid", (int)user->pid));
	return list;
}

static json_t *json_found(const struct job *job)
{
	const struct link *found = &job->found;
	uint64_t fields = found->nic.set | NIC_BIT(NIC_ADDRESS);
	json_t *object;

	if (!found->ifindex)
		return json_null();
	/* they are asked for where the file has some */
	if (job->want && job->want->nroutes)
		fields |= NIC_BIT(NIC_ROUTES);
	/* kind says what it is instead of what the file says */
	if (job->want && strcmp(kind_of(job->want)->kernel, found->kind) != 0)
		fields &= ~NIC_BIT(NIC_MODE);
	object = json_fields(&found->nic, fields);
	json_object_set_new(object, "ifindex", json_integer(found->ifindex));
	json_object_set_new(object, "kind", json_text(found->kind));
	json_object_set_new(object, "carrier_on", json_boolean(found->carrier));
	json_object_set_new(object, "carrier_changes", json_integer(found->carrier_changes));
	if (found->nic.num[NIC_MULTI_QUEUE]) {
		json_object_set_new(object, "queues", json_integer(found->queues));
		json_object_set_new(object, "queues_detached",
				    json_integer(found->queues_disabled));
	}
	return object;
}

/* With its name, which is another than the one it has now where it was renamed. */
static json_t *json_configured(const struct nic *want)
{
	json_t *object = want ? json_fields(want, want->set) : json_object();

	if (want)
		json_object_set_new(object, "name", json_text(want->name));
	return object;
}

static json_t *json_nic(const struct job *job, const struct view *view, const struct users *users)
{
	const struct nic *want = job->want;
	const char *netns = want ? want->netns : job->record->netns;
	const char *made = !job->record ? NULL : job->record->adopted ? "adopted" : "made";

	return json_pack("{s:o, s:s, s:b, s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "name", json_text(job->name), "state", view_state_name(view->state),
			 "as_configured", view->good, "link", view_link_name(&job->found),
			 "by_hand", job->record && job->record->by_hand, "holder_died",
			 view->holder_died, "ours", json_text(made), "netns", json_text(netns),
			 "found", json_found(job), "configured", json_configured(want),
			 "differences", json_differences(job, view), "why", json_text(view->why),
			 "users", json_users(job, users));
}

void status_print_json(const struct status *status)
{
	const struct conf *conf = &status->selection->conf;
	json_t *document, *list = json_array();
	size_t i;

	for (i = 0; i < status->jobs->n; i++)
		if (!status_is_left_out(status, i))
			json_array_append_new(list,
					      json_nic(&status->jobs->list[i],
						       &status->views->list[i], status->users));
	document = json_pack("{s:i, s:o, s:o, s:i, s:o}", "version", JSON_VERSION, "file",
			     json_text(conf->path), "desc", json_text(status_desc(status)),
			     "status", status->exit, "nics", list);
	if (status->selection->file_invalid)
		json_object_set_new(document, "mistakes", json_mistakes(&conf->mistakes));
	json_print(document);
}
