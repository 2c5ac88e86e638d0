// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a drill came to.
 *
 * @param referenceSeconds time of the undisturbed run
 * @param attempts how often the other was started
 * @param strikes how often it was struck
 * @param wanted how often it was to be struck; {@link Integer#MAX_VALUE} for no number
 * @param verdict the judgement
 * @param store the store of the run that was struck; empty where there is none
 * @param account where its time went; empty when it did not reach its end
 */
public record DrillResult(
    double referenceSeconds,
    int attempts,
    int strikes,
    int wanted,
    Verdict verdict,
    Optional<Path> store,
    Optional<Account> account) {}
