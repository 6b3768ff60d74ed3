/* SPDX-License-Identifier: MIT */
/* /dev/net/tun, one function an ioctl. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kernel/compat.h"
#include "kernel/tun.h"
#include "base/compat.h"
#include "base/util.h"

int tun_open(void)
{
	int fd = (int)RETRY(open(TUN_DEVICE, O_RDWR | O_CLOEXEC));

	return fd < 0 ? -errno : fd;
}

static int tun_ioctl(int fd, unsigned long request, void *argument)
{
	return RETRY(ioctl(fd, request, argument)) < 0 ? -errno : 0;
}

static int tun_ioctl_value(int fd, unsigned long request, unsigned long value)
{
	return RETRY(ioctl(fd, request, value)) < 0 ? -errno : 0;
}

/* One question a process: does TUNSETIFF know IFF_NO_CARRIER? */
static bool knows_no_carrier(int fd)
{
	static int known = -1;
	unsigned features = 0;

	if (known < 0)
		known = tun_ioctl(fd, TUNGETFEATURES, &features) == 0 &&
			(features & IFF_NO_CARRIER);
	return known;
}

int tun_attach(int fd, const char *name, unsigned flags, bool carrier)
{
	struct ifreq ifr = { .ifr_flags = (short)(flags | (carrier ? 0 : IFF_NO_CARRIER)) };
	bool native = carrier || knows_no_carrier(fd);
	int ret;

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	ret = tun_ioctl(fd, TUNSETIFF, &ifr);
	/* best effort: without it the link flaps once, as it does with every other tool */
	if (ret == 0 && !native)
		tun_set_carrier(fd, false);
	return ret;
}

bool tun_is_attached_to(int fd, const char *name)
{
	struct ifreq ifr = { .ifr_flags = 0 };

	return tun_ioctl(fd, TUNGETIFF, &ifr) == 0 && strncmp(ifr.ifr_name, name, IFNAMSIZ) == 0;
}

int tun_set_owner(int fd, uid_t owner)
{
	return tun_ioctl_value(fd, TUNSETOWNER, owner);
}

int tun_set_group(int fd, gid_t group)
{
	return tun_ioctl_value(fd, TUNSETGROUP, group);
}

int tun_set_persist(int fd, bool persist)
{
	return tun_ioctl_value(fd, TUNSETPERSIST, persist);
}

int tun_set_carrier(int fd, bool on)
{
	int value = on;

	return tun_ioctl(fd, TUNSETCARRIER, &value);
}

int tun_set_queue(int fd, bool attached)
{
	struct ifreq ifr = { .ifr_flags = attached ? IFF_ATTACH_QUEUE : IFF_DETACH_QUEUE };

	return tun_ioctl(fd, TUNSETQUEUE, &ifr);
}

int tun_set_vnet_hdr_size(int fd, int bytes)
{
	return tun_ioctl(fd, TUNSETVNETHDRSZ, &bytes);
}

int tun_set_offload(int fd, unsigned bits)
{
	return tun_ioctl_value(fd, TUNSETOFFLOAD, bits);
}

int tun_set_drop_all(int fd, bool drop)
{
	/*
	 * A filter with no address at all lets nothing through; the count of 0 would switch it
	 * off, so it names one address that no frame is sent to, 00:00:00:00:00:00.
	 */
	union {
		struct tun_filter head;
		unsigned char bytes[sizeof(struct tun_filter) + 6];
	} filter = { .bytes = { 0 } };

	filter.head.count = drop ? 1 : 0;
	return tun_ioctl(fd, TUNSETTXFILTER, &filter);
}

void tun_reset(int fd, bool tap, int header_bytes)
{
	static const struct {
		unsigned long request;
		int value;
	} defaults[] = {
		{ TUNSETSNDBUF, INT_MAX },  { TUNSETVNETLE, 0 },      { TUNSETVNETBE, 0 },
		{ TUNSETSTEERINGEBPF, -1 }, { TUNSETFILTEREBPF, -1 },
	};
	struct sock_fprog none = { 0 };
	size_t i;
	int value;

	for (i = 0; i < ARRAY_SIZE(defaults); i++) {
		value = defaults[i].value;
		tun_ioctl(fd, defaults[i].request, &value);
	}
	tun_ioctl(fd, TUNDETACHFILTER, &none);
	tun_set_drop_all(fd, false);
	tun_set_vnet_hdr_size(fd, header_bytes);
	tun_set_offload(fd, 0);
	tun_ioctl_value(fd, TUNSETLINK, tap ? ARPHRD_ETHER : ARPHRD_NONE);
}
