/* SPDX-License-Identifier: MIT */
/* Values of sockets: what they listen on (systemd.socket(5)), and settings with a way of their own.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "common/text.h"
#include "common/value.h"
#include "daemon/file/types.h"

/* `field` of these rows is the array of ports. */
static struct socket_settings *settings_of(void *field)
{
	return (void *)((char *)field - offsetof(struct socket_settings, ports));
}

static _printf_(2, 3) int set_text(struct listen_port *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int n = vasprintf(&p->text, fmt, args);
	va_end(args);
	if (n < 0)
		p->text = NULL;
	return n < 0 ? -ENOMEM : 0;
}

static int parse_unix(const char *text, struct listen_port *p)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&p->address;
	_cleanup_(freep) char *path = strdup(text);
	size_t n;

	if (!path)
		return -ENOMEM;
	if (*path == '/')
		path_simplify(path);
	n = strlen(path);
	if (n < 2 || n >= sizeof(un->sun_path))
		return -EINVAL;
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path, n);
	p->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (*text == '/'));
	if (*text == '@')
		un->sun_path[0] = 0;
	return set_text(p, "%s", path);
}

static int parse_port(const char *text, in_port_t *ret)
{
	uint64_t n;

	if (!isdigit((unsigned char)*text) || value_parse_u64(text, 65535, &n) < 0 || n == 0)
		return -EINVAL;
	*ret = htons((in_port_t)n);
	return 0;
}

/* [ADDRESS]:PORT, [ADDRESS%INTERFACE]:PORT, or a port of every address. */
static int parse_ipv6(const char *host, const char *port, struct listen_port *p)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&p->address;
	char address[INET6_ADDRSTRLEN + IF_NAMESIZE + 1], shown[INET6_ADDRSTRLEN];
	char *scope;

	if (strlen(host) >= sizeof(address) || parse_port(port, &in6->sin6_port) < 0)
		return -EINVAL;
	strcpy(address, host);
	scope = strchr(address, '%');
	if (scope) {
		*scope++ = 0;
		in6->sin6_scope_id = if_nametoindex(scope);
		if (!in6->sin6_scope_id)
			in6->sin6_scope_id = (uint32_t)strtoul(scope, NULL, 10);
		if (!in6->sin6_scope_id)
			return -EINVAL;
	}
	if (inet_pton(AF_INET6, address, &in6->sin6_addr) != 1)
		return -EINVAL;
	in6->sin6_family = AF_INET6;
	p->length = sizeof(*in6);
	inet_ntop(AF_INET6, &in6->sin6_addr, shown, sizeof(shown));
	return set_text(p, "[%s]:%u%s%s", shown, ntohs(in6->sin6_port), scope ? "%" : "",
		scope ? scope : "");
}

static int parse_ipv4(const char *host, const char *port, struct listen_port *p)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&p->address;
	char shown[INET_ADDRSTRLEN];

	if (inet_pton(AF_INET, host, &in->sin_addr) != 1 || parse_port(port, &in->sin_port) < 0)
		return -EINVAL;
	in->sin_family = AF_INET;
	p->length = sizeof(*in);
	inet_ntop(AF_INET, &in->sin_addr, shown, sizeof(shown));
	return set_text(p, "%s:%u", shown, ntohs(in->sin_port));
}

/* vsock:CID:PORT; without CID: of any. */
static int parse_vsock(const char *text, struct listen_port *p)
{
	struct sockaddr_vm *vm = (struct sockaddr_vm *)&p->address;
	const char *colon = strchr(text, ':');
	_cleanup_(freep) char *cid = colon ? strndup(text, (size_t)(colon - text)) : NULL;
	uint64_t id = VMADDR_CID_ANY, port;

	if (!cid || value_parse_u64(colon + 1, UINT32_MAX, &port) < 0 ||
		(*cid && value_parse_u64(cid, UINT32_MAX, &id) < 0))
		return -EINVAL;
	vm->svm_family = AF_VSOCK;
	vm->svm_cid = (unsigned)id;
	vm->svm_port = (unsigned)port;
	p->length = sizeof(*vm);
	return *cid ? set_text(p, "vsock:%llu:%llu", (unsigned long long)id,
			      (unsigned long long)port)
		    : set_text(p, "vsock::%llu", (unsigned long long)port);
}

static int parse_address(const char *text, struct listen_port *p)
{
	const char *vsock = text_after_prefix(text, "vsock:");
	_cleanup_(freep) char *copy = strdup(text);
	char *end;

	if (!copy)
		return -ENOMEM;
	if (*text == '/' || *text == '@')
		return parse_unix(text, p);
	if (vsock)
		return parse_vsock(vsock, p);
	if (*text == '[' && (end = strstr(copy, "]:"))) {
		*end = 0;
		return parse_ipv6(copy + 1, end + 2, p);
	}
	end = strrchr(copy, ':');
	if (!end)
		return parse_ipv6("::", text, p);
	*end = 0;
	return parse_ipv4(copy, end + 1, p);
}

static const struct {
	const char *name;
	int family;
} netlink_families[] = {
	{"route", NETLINK_ROUTE},
	{"firewall", NETLINK_FIREWALL},
	{"inet-diag", NETLINK_INET_DIAG},
	{"nflog", NETLINK_NFLOG},
	{"xfrm", NETLINK_XFRM},
	{"selinux", NETLINK_SELINUX},
	{"iscsi", NETLINK_ISCSI},
	{"audit", NETLINK_AUDIT},
	{"fib-lookup", NETLINK_FIB_LOOKUP},
	{"connector", NETLINK_CONNECTOR},
	{"netfilter", NETLINK_NETFILTER},
	{"ip6-fw", NETLINK_IP6_FW},
	{"dnrtmsg", NETLINK_DNRTMSG},
	{"kobject-uevent", NETLINK_KOBJECT_UEVENT},
	{"generic", NETLINK_GENERIC},
	{"scsitransport", NETLINK_SCSITRANSPORT},
	{"ecryptfs", NETLINK_ECRYPTFS},
	{"rdma", NETLINK_RDMA},
};

/* "kobject-uevent 1": a family, and a group of multicast. */
static int parse_netlink(const char *text, struct listen_port *p)
{
	struct sockaddr_nl *nl = (struct sockaddr_nl *)&p->address;
	size_t n = strcspn(text, " \t");
	const char *rest = text + n + strspn(text + n, " \t");
	uint64_t group = 0;

	p->protocol = -1;
	for (size_t i = 0; i < ELEMENTS(netlink_families); i++)
		if (strlen(netlink_families[i].name) == n &&
			strncmp(netlink_families[i].name, text, n) == 0)
			p->protocol = netlink_families[i].family;
	if (p->protocol < 0 || (*rest && value_parse_u64(rest, UINT32_MAX, &group) < 0))
		return -EINVAL;
	nl->nl_family = AF_NETLINK;
	nl->nl_groups = (uint32_t)group;
	p->length = sizeof(*nl);
	return set_text(p, "%.*s %llu", (int)n, text, (unsigned long long)group);
}

static int parse_by_kind(const char *text, struct listen_port *p)
{
	switch (p->kind) {
	case LISTEN_FIFO:
	case LISTEN_SPECIAL:
		return *text == '/' ? set_text(p, "%s", text) : -EINVAL;
	case LISTEN_MESSAGE_QUEUE: /* mq_overview(7) */
		return *text == '/' && text[1] && !strchr(text + 1, '/') ? set_text(p, "%s", text)
									 : -EINVAL;
	case LISTEN_NETLINK:
		return parse_netlink(text, p);
	default:
		return parse_address(text, p);
	}
}

static void forget_ports(struct socket_settings *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->ports[i].text);
	free(s->ports);
	s->ports = NULL;
	s->count = 0;
}

/* An empty value takes all of them back, of every kind. */
static int parse_listen(struct directive_context *c, const char *text, void *field)
{
	struct socket_settings *s = settings_of(field);
	struct listen_port port = {.kind = (enum listen_kind)c->directive->argument};
	_cleanup_(freep) char *expanded = NULL;

	if (!*text) {
		forget_ports(s);
		return 0;
	}
	int r = directive_expand(c, text, &expanded);
	if (r < 0)
		return r;
	const char *legacy = text_after_prefix(expanded, "/var/run/");
	_cleanup_(freep) char *moved = NULL;
	if (legacy && asprintf(&moved, "/run/%s", legacy) < 0)
		return -ENOMEM;
	r = parse_by_kind(moved ? moved : expanded, &port);
	if (r == -EINVAL)
		return directive_refuse(c, text,
			port.kind == LISTEN_NETLINK ? "not a family of netlink and a group"
			: port.kind == LISTEN_MESSAGE_QUEUE
				? "not the name of a message queue: a slash, then no other"
			: port.kind >= LISTEN_FIFO
				? "not an absolute path"
				: "not an address; write /path, @name, ADDRESS:PORT or a port");
	struct listen_port *grown =
		r < 0 ? NULL : reallocarray(s->ports, s->count + 1, sizeof(*grown));
	if (!grown) {
		free(port.text);
		return -ENOMEM;
	}
	s->ports = grown;
	s->ports[s->count++] = port;
	return 0;
}

/* Of sockets a backslash is written twice. */
static char *shown_port(const struct listen_port *p)
{
	char *text = malloc(2 * strlen(p->text) + 1), *to = text;

	for (const char *s = p->text; to && *s; s++) {
		if (*s == '\\' && p->kind < LISTEN_FIFO)
			*to++ = '\\';
		*to++ = *s;
	}
	if (to)
		*to = 0;
	return text;
}

static char *format_listen(const struct directive *d, const void *field)
{
	const struct socket_settings *s =
		(const void *)((const char *)field - offsetof(struct socket_settings, ports));
	_cleanup_(strv_freep) char **lines = NULL;

	for (size_t i = 0; i < s->count; i++)
		if ((int)s->ports[i].kind == d->argument &&
			strv_push(&lines, shown_port(&s->ports[i])) < 0)
			return NULL;
	return lines ? strv_join(lines, "\n") : NULL;
}

static void done_listen(void *field)
{
	forget_ports(settings_of(field));
}

static int parse_timestamping(struct directive_context *c, const char *text, void *field)
{
	static const struct {
		const char *name;
		enum socket_timestamping value;
	} longer[] = {
		{"usec", TIMESTAMPING_US}, {"µs", TIMESTAMPING_US}, {"nsec", TIMESTAMPING_NS}};

	for (size_t i = 0; i < ELEMENTS(longer); i++)
		if (strcmp(longer[i].name, text) == 0) {
			*(int *)field = (int)longer[i].value;
			return 0;
		}
	return type_enum.parse(c, text, field);
}

/* Up to 255 printable characters, no colon: they part the names in LISTEN_FDNAMES. */
static int parse_fd_name(struct directive_context *c, const char *text, void *field)
{
	_cleanup_(freep) char *expanded = NULL;
	int r = directive_expand(c, text, &expanded);

	if (r < 0)
		return r;
	for (const char *s = expanded; *s; s++)
		if (!isprint((unsigned char)*s) || *s == ':')
			return directive_refuse(c, text, "not a name for a descriptor");
	if (strlen(expanded) > 255)
		return directive_refuse(c, text, "longer than 255 characters");
	free(*(char **)field);
	*(char **)field = *expanded ? TAKE_PTR(expanded) : NULL;
	return 0;
}

static int parse_flush_pending(struct directive_context *c, const char *text, void *field)
{
	return type_bool.parse(c, text, field);
}

/* It has no meaning for sockets that hand each connection over, and is not shown there. */
static char *format_flush_pending(const struct directive *d, const void *field)
{
	const struct socket_settings *s =
		(const void *)((const char *)field -
			       offsetof(struct socket_settings, flush_pending));

	return s->accept ? NULL : type_bool.format(d, field);
}

static int parse_trigger_burst(struct directive_context *c, const char *text, void *field)
{
	int r = type_unsigned.parse(c, text, field);

	if (r >= 0)
		c->config->socket->trigger_limit_set = true;
	return r;
}

static int parse_ip_tos(struct directive_context *c, const char *text, void *field)
{
	static const struct {
		const char *name;
		int value;
	} names[] = {{"low-delay", IPTOS_LOWDELAY}, {"throughput", IPTOS_THROUGHPUT},
		{"reliability", IPTOS_RELIABILITY}, {"low-cost", IPTOS_LOWCOST}};
	uint64_t n;

	for (size_t i = 0; i < ELEMENTS(names); i++)
		if (strcmp(names[i].name, text) == 0) {
			*(int *)field = names[i].value;
			return 0;
		}
	if (value_parse_u64(text, 255, &n) < 0)
		return directive_refuse(
			c, text, "write low-delay, throughput, reliability, low-cost, or 0 to 255");
	*(int *)field = (int)n;
	return 0;
}

static char *format_ip_tos(const struct directive *d, const void *field)
{
	int n = *(const int *)field;
	char *text;

	(void)d;
	return n < 0 || asprintf(&text, "%d", n) < 0 ? NULL : text;
}

const struct value_type type_ip_tos = {
	"one of a list, or number", parse_ip_tos, format_ip_tos, NULL};
const struct value_type type_listen = {"address", parse_listen, format_listen, done_listen};
const struct value_type type_timestamping = {
	"one of a list", parse_timestamping, plain_format_enum, NULL};
const struct value_type type_fd_name = {
	"name", parse_fd_name, plain_format_string, plain_done_string};
const struct value_type type_flush_pending = {
	"boolean", parse_flush_pending, format_flush_pending, NULL};
const struct value_type type_trigger_burst = {
	"number", parse_trigger_burst, plain_format_unsigned, NULL};
