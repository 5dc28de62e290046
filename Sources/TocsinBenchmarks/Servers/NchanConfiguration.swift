import Foundation

/// nginx with Nchan, with one worker, and with room for what is measured.
enum NchanConfiguration {
    static let program = ["/usr/sbin/nginx", "/usr/bin/nginx"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Where Debian puts the module.
    private static let module = ["/usr/lib/nginx/modules", "/usr/lib64/nginx/modules"]
        .map { $0 + "/ngx_nchan_module.so" }.first { FileManager.default.fileExists(atPath: $0) }

    static var isInstalled: Bool { program != nil && module != nil }

    static func text(port: Int, files: Int) -> String {
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "    \($0)_temp_path \($0);\n" }.joined()
        return """
            load_module \(module ?? "");
            daemon off;
            pid nginx.pid;
            error_log stderr warn;
            worker_processes 1;
            worker_rlimit_nofile \(files);
            events { worker_connections \(files - 500); }
            http {
                access_log off;
                keepalive_requests 100000000;
                nchan_shared_memory_size 1G;
            \(temporary)
                server {
                    listen 127.0.0.1:\(port) backlog=4096;
                    location = /new {
                        nchan_subscriber eventsource;
                        nchan_channel_id $arg_id;
                        nchan_subscriber_first_message newest;
                    }
                    location = /kept {
                        nchan_subscriber eventsource;
                        nchan_channel_id $arg_id;
                        nchan_subscriber_first_message oldest;
                    }
                    location = /publish {
                        nchan_publisher;
                        nchan_channel_id $arg_id;
                        nchan_message_buffer_length 1000;
                        nchan_message_timeout 10m;
                    }
                }
            }

            """
    }
}
