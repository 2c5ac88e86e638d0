// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import dev.holdfast.cli.batch.Commands;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the doctor looks at; in tests something else stands in for it.
 *
 * @param environment of this process
 * @param commands of this machine
 */
public record Surroundings(
    Map<String, String> environment, Commands commands, Disk disk, Time time) {
  /** Copies the environment. */
  public Surroundings {
    environment = Map.copyOf(environment);
  }

  /** This machine. */
  public static Surroundings real() {
    Map<String, String> environment = System.getenv();
    return new Surroundings(environment, Commands.system(environment), Disk.local(), Time.SYSTEM);
  }

  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  /** Whether jobs are submitted from here or run here: a requeued one may come to another node. */
  boolean cluster() {
    return Stream.of("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "SGE_ROOT", "FLUX_URI")
            .anyMatch(name -> variable(name).isPresent())
        || Stream.of("sbatch", "qsub", "bsub", "condor_submit", "flux")
            .anyMatch(name -> commands.find(name).isPresent());
  }

  /** The first existing folder at or above a path, without symbolic links. */
  static Path existing(Path path) {
    Path at = path.toAbsolutePath().normalize();
    while (at.getParent() != null && !Files.isDirectory(at)) {
      at = at.getParent();
    }
    try {
      return at.toRealPath();
    } catch (IOException e) {
      return at;
    }
  }
}
