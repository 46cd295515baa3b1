import java.util.Arrays;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;

/** Runs Flyway's library as its command line would: Migrate COMMAND JDBC_URL USER DIRECTORY. */
public class Migrate {
  public static void main(String[] arguments) {
    Flyway flyway = Flyway.configure()
        .dataSource(arguments[1], arguments[2], "")
        .locations("filesystem:" + arguments[3])
        .load();
    switch (arguments[0]) {
      case "migrate" -> System.out.println(flyway.migrate().migrationsExecuted);
      case "validate" -> flyway.validate();
      case "pending" -> Arrays.stream(flyway.info().pending()).map(MigrationInfo::getScript).forEach(System.out::println);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }
}
