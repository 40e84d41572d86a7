import ProvisionerCommands

@main
enum Provisioner {
    static func main() async {
        await ProvisionerCommand.start()
    }
}
