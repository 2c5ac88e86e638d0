// SPDX-License-Identifier: Apache-2.0
/** Real schedulers on this machine, started by the tests that need them. */
@NullMarked
package dev.holdfast.cli.cluster;

import org.jspecify.annotations.NullMarked;
