/* SPDX-License-Identifier: MIT */
/* The interface io.reaperd in varlink's own words: what org.varlink.service.GetInterfaceDescription
 * answers. */
#pragma once

#define INTERFACE_NAME "io.reaperd"
#define SERVICE_INTERFACE_NAME "org.varlink.service"

extern const char interface_description[];
extern const char service_interface_description[];
