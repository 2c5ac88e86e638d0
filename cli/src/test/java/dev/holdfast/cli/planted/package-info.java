// SPDX-License-Identifier: Apache-2.0
/** Programs with one mistake each, of the kinds that a drill has to find. */
@NullMarked
package dev.holdfast.cli.planted;

import org.jspecify.annotations.NullMarked;
